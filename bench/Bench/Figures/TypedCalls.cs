using System.Diagnostics;
using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.Bench.Figures;

/// <summary>A call of a typed role with a message of 100 bytes, one at a time, beside a ping and gRPC; with 1 MiB, beside memcpy; and a stream of small items.</summary>
internal sealed class TypedCalls : IFigure
{
    private const int Large = 1 << 20;

    public string Name => "roles";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        // The server of gRPC, the pinged child and the role's child all run on the JIT of this program.
        await using var grpc = await GrpcEcho.StartAsync(context);
        var system = Browser.CreateSystem();
        var browser = system.StartActorBrowser(new ActorBrowserOptions { ChildExecutable = "self" }.AddRole(TypedEcho.Role, static role => role.WithPool(max: 1)));
        var role = (await browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("echo"))).Role;
        var typed = RoleClient<TypedEcho>.For(role);
        var child = (await BrowserClient.For(browser).SpawnAsync("renderer")).Child;
        var pinged = ChildClient.For(child);
        var text = new string('x', 100);
        var message = new Text(text);
        var trips = context.Pick(2000, 5000);
        var items = context.Pick(1_000_000, 3_000_000);
        Task<double> Typed() => MeanAsync(trips, () => typed.AskAsync<Text>(message));
        Task<double> Ping() => MeanAsync(trips, () => pinged.PingAsync());
        Task<double> Grpc() => MeanAsync(trips, () => grpc.CallAsync(text));
        for (var i = 0; i < 3; i++)
        {
            await Typed();
            await Ping();
            await Grpc();
        }
        var samples = await Contender.InterleaveAsync(context.Pick(7, 15),
            new Contender("typed call", "µs", Typed),
            new Contender("PingAsync to a child", "µs", Ping),
            new Contender("gRPC unary call over a Unix socket, Kestrel", "µs", Grpc),
            new Contender("typed call by Ask", "µs", () => MeanAsync(trips, () => role.Ask<Text>(message))),
            new Contender("ping by Ask", "µs", () => MeanAsync(trips, () => child.Ask<Pong>(ChildProcessProtocol.Ping.Instance))),
            new Contender("typed call with 1 MiB", "GB/s", () => LargeAsync(typed, context.Pick(100, 500))),
            new Contender("memcpy", "GB/s", () => Task.FromResult(Copy(context.Pick(2000, 10000)))),
            new Contender("items", "/s", () => StreamAsync(typed, items)));
        await system.Terminate();
        return
        [
            new Row("typed call with 100 bytes and back, RoleClient, JIT child", samples[0], samples[1], Target.AtMost(1.25)),
            new Row("", samples[0], samples[2], Target.AtMost(1.5)),
            new Row("the same, by Akka's Ask", samples[3], samples[4], Target.AtMost(1.25)),
            new Row("items per second of a stream of small items", samples[7], null, Target.AtLeast(1e6, "/s")),
            new Row("bytes per second of typed calls with 1 MiB, one at a time", samples[5], samples[6], Target.AtLeast(0.7)),
        ];
    }

    private static async Task<double> StreamAsync(RoleClient<TypedEcho> role, int count)
    {
        var start = Stopwatch.GetTimestamp();
        var next = 0;
        await foreach (var item in role.StreamAsync<int>(new Numbers(count)))
        {
            if (item != next++)
                throw new InvalidOperationException($"{item} arrived instead of {next - 1}.");
        }
        return next == count ? count / Stopwatch.GetElapsedTime(start).TotalSeconds : throw new InvalidOperationException($"{next} of {count} items arrived.");
    }

    private static async Task<double> LargeAsync(RoleClient<TypedEcho> role, int count)
    {
        var blob = new Blob(new byte[Large]);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            if (await role.AskAsync<int>(blob) != Large)
                throw new InvalidOperationException("Not all bytes arrived.");
        }
        return (double)Large * count / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
    }

    private static double Copy(int count)
    {
        byte[] from = new byte[Large], to = new byte[Large];
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
            from.CopyTo(to, 0);
        return (double)Large * count / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
    }

    private static async Task<double> MeanAsync(int trips, Func<Task> trip)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < trips; i++)
            await trip();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / trips;
    }
}
