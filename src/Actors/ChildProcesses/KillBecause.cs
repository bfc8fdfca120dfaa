namespace ActorBrowser;

/// <summary>From a child's user to the child's actor: kill the child.</summary>
/// <param name="Message">Why, as one sentence of its exit record.</param>
internal sealed record KillBecause(string Message) : ChildProcessProtocol.ICommand;
