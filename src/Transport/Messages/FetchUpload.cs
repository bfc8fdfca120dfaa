using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>
/// Child → parent: send the request's body again, from the first byte that was not in the FetchRequest; credit starts at 0. Parent →
/// child, with the same number: later frames belong to this pass, earlier ones to the previous one.
/// </summary>
/// <param name="Pass">1 for the first repetition, 2 for the second, and so on.</param>
internal readonly record struct FetchRewind(int Pass) : IWireMessage<FetchRewind>
{
    /// <summary>How many times a fetch may repeat its body because a pooled connection was dead; each redirect may repeat it once more.</summary>
    internal const int MaxReplays = 8;

    private const int MaxPass = 1000 + MaxReplays;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.FetchRewind;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(1);
        writer.Write(Pass);
    }

    /// <inheritdoc/>
    public static FetchRewind Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 1, nameof(FetchRewind));
        return new FetchRewind((int)Wire.ReadRange(ref reader, "FetchRewind.Pass", 1, MaxPass));
    }
}

/// <summary>Child → parent: the rest of the request's body is not needed, now or later; its source may be closed.</summary>
internal readonly record struct FetchBodyUnwanted : IWireMessage<FetchBodyUnwanted>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.FetchBodyUnwanted;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer) => writer.WriteArrayHeader(0);

    /// <inheritdoc/>
    public static FetchBodyUnwanted Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 0, nameof(FetchBodyUnwanted));
        return default;
    }
}
