using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorBrowser.Bench;

/// <summary>The yardstick of a typed call: a unary call of gRPC over a Unix socket to Kestrel in another process. Texts are its messages.</summary>
internal sealed class GrpcEcho : IAsyncDisposable
{
    internal const string Argument = "--grpc-server";

    private static readonly Marshaller<string> Texts = Marshallers.Create(static text => Encoding.UTF8.GetBytes(text), static bytes => Encoding.UTF8.GetString(bytes));
    private static readonly Method<string, string> Echo = new(MethodType.Unary, "Echo", "Call", Texts, Texts);

    private readonly Process _server;
    private readonly GrpcChannel _channel;
    private readonly CallInvoker _invoker;

    private GrpcEcho(Process server, GrpcChannel channel) => (_server, _channel, _invoker) = (server, channel, channel.CreateCallInvoker());

    internal static async Task<GrpcEcho> StartAsync(BenchContext context)
    {
        var path = Path.Combine(context.Scratch, "grpc.sock");
        var server = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Argument, path]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        if (await server.StandardOutput.ReadLineAsync() != "listening")
            throw new InvalidOperationException("The gRPC server did not start.");
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return new GrpcEcho(server, GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = handler }));
    }

    internal async Task CallAsync(string text) => await _invoker.AsyncUnaryCall(Echo, null, default, text);

    /// <summary>Serves until its standard input ends.</summary>
    internal static async Task<int> ServeAsync(string path)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(path, static listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        await using var app = builder.Build();
        app.MapGrpcService<Service>();
        await app.StartAsync();
        Console.WriteLine("listening");
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        _server.StandardInput.Close();
        await _server.WaitForExitAsync();
        _server.Dispose();
    }

    // As the generator of gRPC writes it: the server finds the methods of a service by its base class.
    [BindServiceMethod(typeof(EchoBase), nameof(Bind))]
    private abstract class EchoBase
    {
        public static void Bind(ServiceBinderBase binder, EchoBase? service) =>
            binder.AddMethod(Echo, service is null ? null : new UnaryServerMethod<string, string>(service.Call));

        public abstract Task<string> Call(string request, ServerCallContext context);
    }

    private sealed class Service : EchoBase
    {
        public override Task<string> Call(string request, ServerCallContext context) => Task.FromResult(request);
    }
}
