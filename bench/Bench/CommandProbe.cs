using System.Diagnostics;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Bench;

/// <summary>Runs one command as an actor would: subscribed from the start, counting what comes, granting what it has counted.</summary>
internal sealed class CommandProbe : UntypedActor
{
    private const long Ahead = 512 << 10;

    private readonly IActorRef _commands;
    private readonly Spawn _spawn;
    private readonly TaskCompletionSource<(long Bytes, string Handle)> _done;
    private readonly bool _untilExit;
    private long _bytes;
    private long _ungranted;

    public CommandProbe(IActorRef commands, Spawn spawn, bool untilExit, TaskCompletionSource<(long Bytes, string Handle)> done)
    {
        _commands = commands;
        _spawn = spawn;
        _untilExit = untilExit;
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
            case CommandExited exited when _untilExit:
                Finish(exited.Handle);
                break;
            case CommandClosed closed:
                Finish(closed.Handle);
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

    private void Finish(string handle) => _done.TrySetResult((_bytes, handle));

    /// <summary>From the Spawn to the exit, or to the close.</summary>
    internal static async Task<(long Bytes, TimeSpan Elapsed)> RunAsync(Browser browser, Spawn spawn, bool untilExit)
    {
        var done = new TaskCompletionSource<(long Bytes, string Handle)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = Stopwatch.GetTimestamp();
        browser.System.ActorOf(Props.Create(typeof(CommandProbe), browser.Commands, spawn, untilExit, done));
        var (bytes, _) = await done.Task;
        return (bytes, Stopwatch.GetElapsedTime(start));
    }
}
