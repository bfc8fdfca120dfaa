using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>A request to a child went unanswered because the child is gone or accepts no more.</summary>
public sealed class ChildLostException : Exception
{
    /// <summary>Describes the loss.</summary>
    /// <param name="message">One sentence.</param>
    /// <param name="exited">How the child ended, if known.</param>
    public ChildLostException(string message, ChildExited? exited = null) : base(message) => Exited = exited;

    /// <summary>How the child ended; null while it runs, or if unknown.</summary>
    public ChildExited? Exited { get; }

    /// <summary>The last lines that the child wrote to stderr, oldest first.</summary>
    public IReadOnlyList<string> LastStderrLines => Exited?.LastStderrLines ?? [];

    internal static ChildLostException Of(ChildExited exited)
    {
        var lines = exited.LastStderrLines.Count == 0 ? "" : $" Its last lines on stderr: {string.Join(" | ", exited.LastStderrLines.TakeLast(3).Select(VisibleText.Line))}";
        return new ChildLostException($"The {exited.Role} child {exited.ProcessId} is gone: {exited.Message}{lines}", exited);
    }
}
