using System.Diagnostics;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Bench;

/// <summary>Runs one command again and again, as an actor would: whenever it hears that one has ended, it asks for the next.</summary>
internal sealed class CommandSeries : UntypedActor
{
    private readonly IActorRef _commands;
    private readonly Spawn _spawn;
    private readonly int _count;
    private readonly int _atOnce;
    private readonly bool _untilExit;
    private readonly TaskCompletionSource _done;
    private int _begun;
    private int _ended;

    public CommandSeries(IActorRef commands, Spawn spawn, int count, int atOnce, bool untilExit, TaskCompletionSource done)
    {
        _commands = commands;
        _spawn = spawn with { Subscription = new Subscribe(Self) };
        _count = count;
        _atOnce = atOnce;
        _untilExit = untilExit;
        _done = done;
    }

    /// <summary>How many commands a second, with so many at once, each followed to its exit or to its close.</summary>
    internal static async Task<double> RateAsync(Browser browser, Spawn spawn, int count, int atOnce, bool untilExit)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = Stopwatch.GetTimestamp();
        browser.System.ActorOf(Props.Create(typeof(CommandSeries), browser.Commands, spawn, count, atOnce, untilExit, done));
        await done.Task;
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    protected override void PreStart()
    {
        for (var i = 0; i < _atOnce; i++)
            Next();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case CommandExited when _untilExit:
            case CommandClosed when !_untilExit:
                OnEnded();
                break;
            case SpawnRefused refused:
                _done.TrySetException(new InvalidOperationException(refused.Message));
                Context.Stop(Self);
                break;
            default:
                break;
        }
    }

    private void OnEnded()
    {
        Next();
        if (++_ended < _count)
            return;
        _done.TrySetResult();
        Context.Stop(Self);
    }

    private void Next()
    {
        if (_begun == _count)
            return;
        _begun++;
        _commands.Tell(_spawn);
    }
}
