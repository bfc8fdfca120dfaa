namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>A request was about to be written to a connection that has delivered its last response. No byte of the request was sent.</summary>
internal sealed class ConnectionOverException() : IOException("The server ended the connection with its last response.");
