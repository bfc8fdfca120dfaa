using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>The state of one command, from its request to its end.</summary>
/// <param name="handle">The registry's name for the command.</param>
/// <param name="display">The command line, for display.</param>
/// <param name="log">The command's output.</param>
/// <param name="span">The command's span; null for none.</param>
/// <param name="egress">The commands of its world; null for none with an egress.</param>
internal sealed class CommandLife(string handle, string display, OutputLog log, RequestSpan? span, EgressAudience? egress)
{
    private int _processId;
    private DateTimeOffset _startedAt;
    private long _measured;

    /// <summary>The registry's name for the command.</summary>
    internal string Handle => handle;

    /// <summary>Whether the program was started.</summary>
    internal bool HasStarted { get; private set; }

    /// <summary>How its first process ended; null until then.</summary>
    internal CommandExit? Exit { get; set; }

    /// <summary>The runner's message that all of its processes are gone; null until then.</summary>
    internal Closed? Closed { get; set; }

    /// <summary>Whether the command's end or refusal was reported: its state is final.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>The last message to subscribers; null until the command has ended, and for a refused command.</summary>
    internal CommandClosed? End { get; private set; }

    /// <summary>The connections that it was denied.</summary>
    internal EgressDenials Denials { get; } = new();

    /// <summary>What confines it; null until it was started.</summary>
    internal CommandConfinement? Confinement { get; private set; }

    internal void Start(int processId, DateTimeOffset startedAt, CommandConfinement? confinement)
    {
        (HasStarted, _processId, _startedAt, Confinement) = (true, processId, startedAt, confinement);
        // Of a command that has ended already it is not known.
        if (processId > 0)
            span?.Set("process.pid", processId);
        CommandMetrics.Started();
        CommandMetrics.Active.Set(ref _measured, 1);
    }

    internal Spawned Spawned(Akka.Actor.IActorRef session) => new(handle, session, _processId, _startedAt) { Confinement = Confinement };

    /// <summary>Records that the command never ran.</summary>
    internal void Refuse(SpawnFailure kind)
    {
        IsOver = true;
        egress?.Leave(handle);
        CommandMetrics.Refused(kind);
        CommandSpans.Refuse(span, kind);
    }

    /// <summary>Records that the command's processes are gone and its output is complete.</summary>
    internal void Finish(int survivors)
    {
        IsOver = true;
        egress?.Leave(handle);
        CommandMetrics.Active.Set(ref _measured, 0);
        CommandMetrics.Ended(Exit!);
        CommandSpans.End(span, Exit!);
        End = new CommandClosed(handle, Exit!, log.TotalOf(OutputStream.Output), log.TotalOf(OutputStream.Error), survivors);
    }

    /// <summary>The exit of a command that was killed with its runner or its session.</summary>
    internal CommandExit Lost(ExitCause cause) => new(null, 9, false, cause, default, default, 0, DateTimeOffset.UtcNow - _startedAt, DateTimeOffset.UtcNow);

    internal CommandSnapshot Snapshot() => new(
        handle, display, Status(), _processId, _startedAt, IsOver ? Exit?.EndedAt : null, Exit,
        log.Retained(OutputStream.Output), log.Retained(OutputStream.Error), log.Position);

    internal CommandRecord Record() => new(Snapshot(), log, End!);

    private CommandStatus Status() => !IsOver ? CommandStatus.Running : Exit!.Cause switch
    {
        ExitCause.Itself => CommandStatus.Exited,
        ExitCause.TotalTimeout or ExitCause.IdleTimeout => CommandStatus.TimedOut,
        _ => CommandStatus.Killed,
    };
}
