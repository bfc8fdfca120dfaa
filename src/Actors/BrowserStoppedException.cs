namespace ActorBrowser;

/// <summary>The browser is stopping or has stopped; the request was not carried out.</summary>
/// <param name="message">One sentence.</param>
public sealed class BrowserStoppedException(string message) : Exception(message)
{
    internal const string Sentence = "The browser is stopping: nothing new is started.";
}
