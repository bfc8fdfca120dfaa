using System.Text;

namespace ActorBrowser.ChildEntrypoints.Secrets;

/// <summary>
/// Puts placeholders in place of secrets in what a host sends, so that a host that repeats a request does not give them away. It is no
/// wall: a host could send them in another form.
/// </summary>
internal sealed class SecretMask
{
    private readonly (byte[] Value, byte[] Placeholder)[] _secrets;

    internal SecretMask(IReadOnlyList<(string Placeholder, string Value)> secrets)
    {
        _secrets = [.. secrets.Select(static secret => (Encoding.Latin1.GetBytes(secret.Value), Encoding.Latin1.GetBytes(secret.Placeholder)))];
        MostHeld = _secrets.Max(static secret => secret.Value.Length) - 1;
    }

    /// <summary>The most bytes that are held back.</summary>
    internal int MostHeld { get; }

    /// <summary>Covers the secrets in a piece of a stream, in place: a placeholder is as long as its secret.</summary>
    /// <param name="data">What was held back before, and what has come since.</param>
    /// <param name="isEnd">Whether nothing more comes.</param>
    /// <returns>How many bytes at the end must come again with the next piece, because a secret may begin there.</returns>
    internal int Cover(Span<byte> data, bool isEnd)
    {
        foreach (var (value, placeholder) in _secrets)
        {
            for (var rest = data; rest.IndexOf(value) is var at and >= 0; rest = rest[(at + value.Length)..])
                placeholder.CopyTo(rest[at..]);
        }
        if (isEnd)
            return 0;
        for (var length = Math.Min(MostHeld, data.Length); length > 0; length--)
        {
            foreach (var (value, _) in _secrets)
            {
                if (length < value.Length && data[^length..].SequenceEqual(value.AsSpan(0, length)))
                    return length;
            }
        }
        return 0;
    }
}
