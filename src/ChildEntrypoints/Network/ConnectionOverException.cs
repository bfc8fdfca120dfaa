namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>A request was about to be written to a connection whose last answer has come. No byte of it was.</summary>
internal sealed class ConnectionOverException() : IOException("The server ended the connection with its last answer.");
