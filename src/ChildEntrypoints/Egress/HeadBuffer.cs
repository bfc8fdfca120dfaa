namespace ActorBrowser.ChildEntrypoints.Egress;

/// <summary>The bytes that a program has sent and nobody has taken.</summary>
internal sealed class HeadBuffer
{
    private byte[] _bytes = [];

    internal int Length { get; private set; }

    internal ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    internal void Append(ReadOnlySpan<byte> data)
    {
        if (Length + data.Length > _bytes.Length)
            Array.Resize(ref _bytes, Length + data.Length);
        data.CopyTo(_bytes.AsSpan(Length));
        Length += data.Length;
    }

    internal void Remove(int count)
    {
        _bytes.AsSpan(count..Length).CopyTo(_bytes);
        Length -= count;
    }

    internal void Clear() => (_bytes, Length) = ([], 0);
}
