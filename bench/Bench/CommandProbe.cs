using System.Diagnostics;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Bench;

/// <summary>Reads one command's output as an actor would: subscribes from the start, counts the bytes and grants credit for them.</summary>
internal sealed class CommandProbe(IActorRef commands, Spawn spawn, TaskCompletionSource<long> done) : CommandUser(done)
{
    private const long Ahead = 512 << 10;

    private long _bytes;
    private long _ungranted;

    /// <summary>Measures from Spawn to CommandClosed.</summary>
    internal static async Task<(long Bytes, TimeSpan Elapsed)> RunAsync(Browser browser, Spawn spawn)
    {
        var start = Stopwatch.GetTimestamp();
        var bytes = await RunAsync<CommandProbe>(browser, browser.Commands, spawn);
        return (bytes, Stopwatch.GetElapsedTime(start));
    }

    protected override void PreStart() => commands.Tell(spawn with { Subscription = new Subscribe(Self) { Credit = Ahead } });

    protected override void OnEvent(object message)
    {
        switch (message)
        {
            case OutputChunk chunk:
                _bytes += chunk.Data.Length;
                _ungranted += chunk.Data.Length;
                if (_ungranted >= Ahead / 4)
                {
                    Sender.Tell(new GrantOutput(_ungranted));
                    _ungranted = 0;
                }
                break;
            case CommandClosed:
                Finish(_bytes);
                break;
            default:
                break;
        }
    }
}
