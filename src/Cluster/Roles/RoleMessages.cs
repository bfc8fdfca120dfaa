namespace ActorBrowser.Cluster;

/// <summary>A request to a typed role as it is asked of a node. The role's own codec writes the request: the node that has the role does not read it, but its child does.</summary>
/// <param name="Role">The role's name.</param>
/// <param name="Signature">The names of the request's and the answer's types, by which the node finds its own definition's handler.</param>
/// <param name="Request">The request.</param>
internal sealed record RoleOrder(string Role, string Signature, ReadOnlyMemory<byte> Request)
{
    /// <summary>How long it may take; null for the node's configuration.</summary>
    internal TimeSpan? Timeout { get; init; }

    /// <summary>The asker's span, as W3C Trace Context writes it; null for none.</summary>
    internal string? TraceParent { get; init; }
}

/// <summary>The answer, as the child wrote it.</summary>
internal sealed record RoleAnswer(ReadOnlyMemory<byte> Answer);

/// <summary>Items of a stream, as the child wrote them, one after another.</summary>
/// <param name="Items">Never empty.</param>
/// <param name="Cost">How many bytes of credit they took.</param>
internal sealed record RoleItems(ReadOnlyMemory<byte> Items, int Cost);

/// <summary>The stream is complete, or the node has taken a message that has no answer.</summary>
internal sealed record RoleEnd;

/// <summary>The reader of a stream has taken bytes.</summary>
internal sealed record RoleConsumed(int Cost);
