using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Xunit;

namespace ActorBrowser.Network.Tests;

/// <summary>A real network child, used over its channel as the actors would.</summary>
internal sealed class ChildSession : IFrameHandler, IAsyncDisposable
{
    private static readonly ChildExecutable Executable = new(Path.Combine(AppContext.BaseDirectory, "actorbrowser-testchild"), []);

    // As for users: everything below runs under the shipped profile.
    private static readonly Lazy<LaunchPlan> Plan = new(static () =>
        LaunchPlan.Create(ActorBrowserSettings.From(Akka.Configuration.Config.Empty).Sandbox.ProfileOf("network"), Executable, Machine.Current));

    private readonly ConcurrentDictionary<ulong, FetchRecord> _records = new();
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource> _pings = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SocketChannel _channel;
    private readonly NetworkArgs _args;
    private readonly ChannelLimits _limits;
    private ulong _lastPing;

    private ChildSession(SocketChannel channel, NetworkArgs args, ChannelLimits limits)
    {
        _channel = channel;
        _args = args;
        _limits = limits;
    }

    internal ChildProcess Process { get; private set; } = null!;

    internal TaskCompletionSource<ChannelClosed> Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal static async Task<ChildSession> StartAsync(NetworkArgs? args = null, ChannelLimits? limits = null)
    {
        limits ??= ChannelLimits.Default;
        var channel = SocketChannel.CreatePair(limits, out var childEnd);
        var session = new ChildSession(channel, args ?? EngineHarness.Args(), limits);
        channel.Start(session);
        session.Process = await ChildLauncher.LaunchAsync(new ChildLaunch
        {
            Role = "network",
            Executable = Executable,
            Plan = Plan.Value,
            Channel = childEnd,
        });
        await session._ready.Task.WaitAsync(EngineHarness.Patience);
        return session;
    }

    internal FetchRecord Start(ulong id, in FetchRequest request, Action<FetchBodyChunk>? sink = null)
    {
        var record = new FetchRecord(id) { Sink = sink };
        Assert.True(_records.TryAdd(id, record));
        Send(id, request);
        return record;
    }

    internal Task<FetchRecord> FetchAsync(ulong id, in FetchRequest request) => Start(id, request).Done.WaitAsync(EngineHarness.Patience);

    internal void Send<T>(ulong id, in T message) where T : struct, IWireMessage<T>
    {
        Assert.Equal(WriteOutcome.Queued, _channel.Write(id, message));
        _channel.Flush();
    }

    /// <summary>Completes when the child has handled everything sent before.</summary>
    internal Task PingAsync()
    {
        var id = Interlocked.Increment(ref _lastPing);
        var pong = _pings[id] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Send(id, new Ping(0));
        return pong.Task.WaitAsync(EngineHarness.Patience);
    }

    internal async Task<ChildExit> ShutdownAsync()
    {
        Send(0, default(Shutdown));
        return await Process.Exited.WaitAsync(EngineHarness.Patience);
    }

    ProtocolViolation? IFrameHandler.OnFrame(in Frame frame)
    {
        switch (frame.Type)
        {
            case MessageType.Hello:
                _channel.Write(0, new ChildArgs(_limits.MaxBodyBytes, _limits.MaxDescriptorsPerFrame, _args.ToBytes()));
                return null;
            case MessageType.Ready:
                _ready.SetResult();
                return null;
            case MessageType.Pong:
                Assert.True(_pings.TryRemove(frame.CorrelationId, out var ping));
                ping.SetResult();
                return null;
            case MessageType.FetchHeaders:
                return frame.TryRead<FetchHeaders>(out var headers) ?? Add(frame.CorrelationId, headers);
            case MessageType.FetchBodyChunk:
                return frame.TryRead<FetchBodyChunk>(out var chunk) ?? Add(frame.CorrelationId, chunk);
            case MessageType.FetchEnd:
                return frame.TryRead<FetchEnd>(out var end) ?? Add(frame.CorrelationId, end);
            case MessageType.FetchError:
                return frame.TryRead<FetchError>(out var error) ?? Add(frame.CorrelationId, error);
            case MessageType.Credit:
                return frame.TryRead<Credit>(out var credit) ?? Add(frame.CorrelationId, credit);
            case MessageType.ResolveName:
                return frame.TryRead<ResolveName>(out var name) ?? Answer(ResolveAsync(frame.CorrelationId, name.Host));
            case MessageType.NetworkConnect:
                return frame.TryRead<NetworkConnect>(out var target) ?? Answer(ConnectAsync(frame.CorrelationId, target));
            case MessageType.EgressAbandon:
                return null;
            default:
                return new ProtocolViolation(ViolationKind.UnknownMessage, frame.Type.ToString());
        }
    }

    void IFrameHandler.OnBatchEnd() => _channel.Flush();

    void IFrameHandler.OnClosed(ChannelClosed closed)
    {
        Closed.TrySetResult(closed);
        _ready.TrySetException(new InvalidOperationException($"The child went away before it was ready: {closed}"));
    }

    public async ValueTask DisposeAsync()
    {
        Process.Dispose();
        await Process.Exited.WaitAsync(EngineHarness.Patience);
        Assert.False(Directory.Exists($"/proc/{Process.Id}/fd"));
        _channel.Dispose();
        foreach (var record in _records.Values)
            Assert.False(record.SpokeAfterItsEnd, $"Fetch {record.Id} wrote after its last frame.");
    }

    // As NetworkGate does, which grants what its rules grant.
    private async Task ResolveAsync(ulong id, string host) => Send(id, new NameResolved(await Dns.GetHostAddressesAsync(host), ""));

    private async Task ConnectAsync(ulong id, NetworkConnect target)
    {
        using var socket = new Socket(target.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target.Address, target.Port);
        }
        catch (SocketException)
        {
            Send(id, new EgressRefused(EgressFailure.Refused, "nothing listens there"));
            return;
        }
        using var descriptor = new SafeDescriptor((int)socket.Handle);
        _channel.Write(id, default(EgressConnected), [DescriptorFlags.Duplicate(descriptor)]);
        descriptor.SetHandleAsInvalid();
        _channel.Flush();
    }

    // A failure fails the fetch that waits for it.
    private static ProtocolViolation? Answer(Task answer)
    {
        _ = answer;
        return null;
    }

    private ProtocolViolation? Add<T>(ulong id, in T message)
    {
        if (!_records.TryGetValue(id, out var record))
            return new ProtocolViolation(ViolationKind.OutOfState, $"A {typeof(T).Name} for fetch {id}, which was never asked for.");
        record.Add(message);
        return null;
    }
}
