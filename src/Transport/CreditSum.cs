namespace ActorBrowser.Transport;

/// <summary>Adds credit without overflow: a peer may send the largest number, which means "without limit".</summary>
internal static class CreditSum
{
    /// <summary>The sum, or the largest number.</summary>
    /// <param name="credit">In bytes, not negative.</param>
    /// <param name="more">In bytes, not negative.</param>
    internal static long Of(long credit, long more) => more > long.MaxValue - credit ? long.MaxValue : credit + more;
}
