namespace ActorBrowser;

/// <summary>The browser is stopping or has stopped; the request was not carried out, or was ended by the stop.</summary>
public sealed class BrowserStoppedException : Exception
{
    internal const string Sentence = "The browser is stopping: nothing new is started.";

    /// <summary>Describes the stop.</summary>
    /// <param name="message">One sentence.</param>
    public BrowserStoppedException(string message) : base(message)
    {
    }

    internal BrowserStoppedException(CommandSnapshot ended) : base($"The browser is stopping, or has stopped, and has ended the command {ended.Handle}.") => Snapshot = ended;

    /// <summary>The end and the retained output of a command that the stop has ended; null for anything else, and where the end was not reported.</summary>
    public CommandSnapshot? Snapshot { get; }
}
