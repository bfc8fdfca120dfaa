using System.Diagnostics;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Bench;

/// <summary>Reads one command's output as an actor would: subscribed from the start, counting what comes, granting what it has counted.</summary>
internal sealed class CommandProbe : UntypedActor
{
    private const long Ahead = 512 << 10;

    private readonly IActorRef _commands;
    private readonly Spawn _spawn;
    private readonly TaskCompletionSource<long> _done;
    private long _bytes;
    private long _ungranted;

    public CommandProbe(IActorRef commands, Spawn spawn, TaskCompletionSource<long> done)
    {
        _commands = commands;
        _spawn = spawn;
        _done = done;
    }

    protected override void PreStart() => _commands.Tell(_spawn with { Subscription = new Subscribe(Self) { Credit = Ahead } });

    protected override void OnReceive(object message)
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
                _done.TrySetResult(_bytes);
                Context.Stop(Self);
                break;
            case SpawnRefused refused:
                _done.TrySetException(new InvalidOperationException(refused.Message));
                Context.Stop(Self);
                break;
            default:
                break;
        }
    }

    /// <summary>From the Spawn to the close.</summary>
    internal static async Task<(long Bytes, TimeSpan Elapsed)> RunAsync(Browser browser, Spawn spawn)
    {
        var done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = Stopwatch.GetTimestamp();
        browser.System.ActorOf(Props.Create(typeof(CommandProbe), browser.Commands, spawn, done));
        var bytes = await done.Task;
        return (bytes, Stopwatch.GetElapsedTime(start));
    }
}
