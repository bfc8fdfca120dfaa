using System.Text;

namespace ActorBrowser.ChildEntrypoints.Secrets;

/// <summary>
/// Puts placeholders in place of secrets in what a host sends, so that a host that repeats a request does not give them away at once. It is
/// no wall. It covers whole values only, in one piece, and never holds a piece back: what a command could see of a beginning of the value would
/// let it find the value, a character at a time, with texts of its own that a host stores. Short values, which a command could
/// guess whole, are not covered.
/// </summary>
internal sealed class SecretMask
{
    /// <summary>Shorter values are not covered.</summary>
    internal const int LeastLength = 16;

    private readonly (byte[] Value, byte[] Placeholder)[] _covered;

    /// <summary>Covers these.</summary>
    /// <param name="secrets">What stands for a secret, and the secret; of the same length.</param>
    /// <param name="filled">The same for whole parts of the request: what the program has sent, and what the host was sent.</param>
    internal SecretMask(IEnumerable<(string Placeholder, string Value)> secrets, IEnumerable<(string Placeholder, string Value)> filled)
    {
        // The longest first: one may be a part of another.
        _covered =
        [
            .. secrets.Where(static secret => secret.Value.Length >= LeastLength).Concat(filled).OrderByDescending(static secret => secret.Value.Length)
                .Select(static secret => (Encoding.Latin1.GetBytes(secret.Value), Encoding.Latin1.GetBytes(secret.Placeholder))),
        ];
    }

    /// <summary>Covers the secrets in a piece of a stream, in place.</summary>
    internal void Cover(Span<byte> data)
    {
        foreach (var (value, placeholder) in _covered)
        {
            for (var rest = data; rest.IndexOf(value) is var at and >= 0; rest = rest[(at + value.Length)..])
                placeholder.CopyTo(rest[at..]);
        }
    }
}
