namespace ActorBrowser;

/// <summary>A message had a field that its protocol does not allow; nothing was done.</summary>
/// <param name="messageType">The message's name.</param>
/// <param name="problem">Which field, its value, what is allowed.</param>
public sealed class InvalidMessageException(string messageType, string problem) : Exception($"{messageType}: {problem}")
{
    /// <summary>The name of the message's type, such as <c>Fetch</c>.</summary>
    public string MessageType { get; } = messageType;

    /// <summary>Which field is wrong, its value and what is allowed.</summary>
    public string Problem { get; } = problem;
}
