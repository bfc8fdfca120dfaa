using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cluster;

/// <summary>What is known of a command, and told if its node is lost.</summary>
internal sealed class LostCommand
{
    private string _display = "";
    private int _processId;
    private DateTimeOffset _startedAt = DateTimeOffset.UnixEpoch;
    private long _position;

    /// <summary>The handle at the node's browser; empty until the command has started.</summary>
    internal string Local { get; set; } = "";

    /// <summary>The handle on the cluster; empty until the command has started.</summary>
    internal string Handle { get; set; } = "";

    /// <summary>How its first process ended; null if that is not known.</summary>
    internal CommandExit? Exit { get; set; }

    internal void OnStarted(string display, CommandStarted started) => (_display, _processId, _startedAt) = (display, started.ProcessId, started.StartedAt);

    internal void OnSnapshot(CommandSnapshot snapshot) =>
        (_display, _processId, _startedAt, _position, Exit) = (snapshot.Command, snapshot.ProcessId, snapshot.StartedAt, Math.Max(_position, snapshot.Position), snapshot.Exit ?? Exit);

    /// <summary>The command's end. If its exit is known, it says the exit code, too; what is lost then is its last output.</summary>
    internal CommandExit End(ExitCause cause) => Exit is { } known ? known with { Cause = cause }
        : new CommandExit(null, 9, false, cause, default, default, 0, _processId == 0 ? default : DateTimeOffset.UtcNow - _startedAt, DateTimeOffset.UtcNow);

    internal CommandClosed Closed(ExitCause cause, OutputFeed feed) => new(Handle, End(cause), feed.OutputBytes, feed.ErrorBytes, 0);

    internal CommandSnapshot Snapshot(ExitCause cause)
    {
        var end = End(cause);
        var nothing = new RetainedOutput(default, 0, default);
        return new CommandSnapshot(Handle, _display, CommandStatus.Killed, _processId, _startedAt, end.EndedAt, end, nothing, nothing, _position);
    }
}
