namespace ActorBrowser.Transport;

/// <summary>Sums of bytes that a peer allows, which may be as many as a number holds: "without limit".</summary>
internal static class CreditSum
{
    /// <summary>Both together, or the largest number there is.</summary>
    /// <param name="credit">In bytes, not negative.</param>
    /// <param name="more">In bytes, not negative.</param>
    internal static long Of(long credit, long more) => more > long.MaxValue - credit ? long.MaxValue : credit + more;
}
