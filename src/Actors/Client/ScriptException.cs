using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>A script has no value.</summary>
/// <param name="kind">Why.</param>
/// <param name="message">The error's message, or one sentence.</param>
public sealed class ScriptException(ScriptFailure kind, string message) : Exception(message)
{
    /// <summary>Why there is no value. Unless it is <see cref="ScriptFailure.RendererLost"/>, the page is still usable.</summary>
    public ScriptFailure Kind { get; } = kind;

    /// <summary>Where in the script the error was thrown, from 1; 0 if unknown.</summary>
    public int Line { get; init; }

    /// <summary>Where in the line, from 1; 0 if unknown.</summary>
    public int Column { get; init; }

    /// <summary>How the page's renderer ended, if that is the reason; else null.</summary>
    public ChildProcessProtocol.ChildExited? Exited { get; init; }
}
