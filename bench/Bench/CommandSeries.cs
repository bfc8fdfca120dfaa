using System.Diagnostics;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Bench;

/// <summary>Runs one command repeatedly, as an actor would: when one has ended, it asks for the next.</summary>
internal sealed class CommandSeries : CommandUser
{
    private readonly IActorRef _commands;
    private readonly Spawn _spawn;
    private readonly int _count;
    private readonly int _atOnce;
    private readonly bool _untilExit;
    private int _begun;
    private int _ended;

    public CommandSeries(IActorRef commands, Spawn spawn, int count, int atOnce, bool untilExit, TaskCompletionSource<long> done) : base(done)
    {
        _commands = commands;
        _spawn = spawn with { Subscription = new Subscribe(Self) };
        _count = count;
        _atOnce = atOnce;
        _untilExit = untilExit;
    }

    /// <summary>Measures commands per second, with so many at once, each until its exit or its close.</summary>
    internal static async Task<double> RateAsync(Browser browser, Spawn spawn, int count, int atOnce, bool untilExit)
    {
        var start = Stopwatch.GetTimestamp();
        return await RunAsync<CommandSeries>(browser, browser.Commands, spawn, count, atOnce, untilExit) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    protected override void PreStart()
    {
        for (var i = 0; i < _atOnce; i++)
            Next();
    }

    protected override void OnEvent(object message)
    {
        if (_untilExit ? message is not CommandExited : message is not CommandClosed)
            return;
        Next();
        if (++_ended == _count)
            Finish(_count);
    }

    private void Next()
    {
        if (_begun == _count)
            return;
        _begun++;
        _commands.Tell(_spawn);
    }
}
