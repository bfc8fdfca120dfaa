namespace ActorBrowser;

/// <summary>A message had a field that its protocol does not allow; the message changed nothing.</summary>
/// <param name="messageType">The message's type.</param>
/// <param name="problem">The field, its value, and what is allowed.</param>
public sealed class InvalidMessageException(string messageType, string problem) : Exception($"{messageType}: {problem}")
{
    /// <summary>The name of the message's type, such as <c>Fetch</c>.</summary>
    public string MessageType { get; } = messageType;

    /// <summary>The field that is wrong, its value, and what is allowed.</summary>
    public string Problem { get; } = problem;
}
