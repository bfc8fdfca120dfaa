using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>One redirect that was followed.</summary>
/// <param name="Status">Its status code.</param>
/// <param name="Url">The URL that answered with it.</param>
public readonly record struct RedirectHop(int Status, string Url);

/// <summary>Which address space a response came from.</summary>
public enum AddressSpace
{
    /// <summary>A globally routable address.</summary>
    Public = 0,

    /// <summary>Private, unique-local, link-local or otherwise not globally routable.</summary>
    Private = 1,

    /// <summary>The machine itself.</summary>
    Loopback = 2,
}

/// <summary>The duration of each step, to the microsecond; 0 for a step that was not needed (a pooled connection).</summary>
/// <param name="NameLookup">Resolving the host name.</param>
/// <param name="Connect">Opening the TCP connection.</param>
/// <param name="Tls">The TLS handshake.</param>
/// <param name="FirstByte">From the request received by the child to the response's headers, including all redirects.</param>
public readonly record struct FetchTimings(TimeSpan NameLookup, TimeSpan Connect, TimeSpan Tls, TimeSpan FirstByte);

/// <summary>Child → parent: the final response's status and headers have arrived.</summary>
/// <param name="Status">100 to 999.</param>
/// <param name="HttpVersion">Such as <c>1.1</c> or <c>2</c>.</param>
/// <param name="FinalUrl">The URL that answered, after redirects.</param>
/// <param name="Headers">Response headers.</param>
/// <param name="Redirects">The redirects followed, in order.</param>
/// <param name="RemoteAddress">The address that answered, such as <c>127.0.0.1:80</c>; empty if unknown.</param>
/// <param name="AddressSpace">The kind of that address.</param>
/// <param name="ContentLength">The body's declared length before decoding, or −1.</param>
/// <param name="Timings">The duration of each step.</param>
public readonly record struct FetchHeaders(
    int Status,
    string HttpVersion,
    string FinalUrl,
    IReadOnlyList<HeaderField> Headers,
    IReadOnlyList<RedirectHop> Redirects,
    string RemoteAddress,
    AddressSpace AddressSpace,
    long ContentLength,
    FetchTimings Timings) : IWireMessage<FetchHeaders>
{
    private const int MaxRedirects = 1000;

    /// <summary>The value of the first header with a name, ignoring case; null for none.</summary>
    /// <param name="name">The header's name.</param>
    public string? ValueOf(string name)
    {
        foreach (var field in Headers)
        {
            if (field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return field.Value;
        }
        return null;
    }

    /// <inheritdoc/>
    static MessageType IWireMessage<FetchHeaders>.Type => MessageType.FetchHeaders;

    /// <inheritdoc/>
    void IWireMessage<FetchHeaders>.Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(12);
        writer.Write(Status);
        writer.Write(HttpVersion);
        writer.Write(FinalUrl);
        HeaderField.WriteAll(ref writer, Headers);
        writer.WriteArrayHeader(Redirects.Count);
        for (var i = 0; i < Redirects.Count; i++)
        {
            writer.WriteArrayHeader(2);
            writer.Write(Redirects[i].Status);
            writer.Write(Redirects[i].Url);
        }
        writer.Write(RemoteAddress);
        writer.Write((int)AddressSpace);
        writer.Write(ContentLength);
        Wire.WriteTime(ref writer, Timings.NameLookup);
        Wire.WriteTime(ref writer, Timings.Connect);
        Wire.WriteTime(ref writer, Timings.Tls);
        Wire.WriteTime(ref writer, Timings.FirstByte);
    }

    /// <inheritdoc/>
    static FetchHeaders IWireMessage<FetchHeaders>.Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 12, nameof(FetchHeaders));
        var status = (int)Wire.ReadRange(ref reader, "FetchHeaders.Status", 100, 999);
        var version = Wire.ReadText(ref reader, "FetchHeaders.HttpVersion");
        var url = Wire.ReadText(ref reader, "FetchHeaders.FinalUrl");
        var headers = HeaderField.ReadAll(ref reader, "FetchHeaders.Headers");
        var count = Wire.ReadCount(ref reader, "FetchHeaders.Redirects", MaxRedirects);
        var redirects = count == 0 ? [] : new RedirectHop[count];
        for (var i = 0; i < count; i++)
        {
            Wire.ReadArrayOf(ref reader, 2, nameof(RedirectHop));
            redirects[i] = new RedirectHop(
                (int)Wire.ReadRange(ref reader, "RedirectHop.Status", 100, 999), Wire.ReadText(ref reader, "RedirectHop.Url"));
        }
        return new FetchHeaders(
            status, version, url, headers, redirects,
            Wire.ReadText(ref reader, "FetchHeaders.RemoteAddress"),
            (AddressSpace)Wire.ReadRange(ref reader, "FetchHeaders.AddressSpace", 0, (int)AddressSpace.Loopback),
            Wire.ReadRange(ref reader, "FetchHeaders.ContentLength", -1, long.MaxValue),
            new FetchTimings(
                Wire.ReadTime(ref reader, "FetchTimings.NameLookup"),
                Wire.ReadTime(ref reader, "FetchTimings.Connect"),
                Wire.ReadTime(ref reader, "FetchTimings.Tls"),
                Wire.ReadTime(ref reader, "FetchTimings.FirstByte")));
    }
}

/// <summary>A piece of a body.</summary>
/// <param name="Offset">Where in the body it starts; pieces come in order without gaps.</param>
/// <param name="Data">The bytes; never empty.</param>
internal readonly record struct FetchBodyChunk(long Offset, ReadOnlyMemory<byte> Data) : IWireMessage<FetchBodyChunk>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.FetchBodyChunk;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write(Offset);
        writer.Write(Data.Span);
    }

    /// <inheritdoc/>
    public static FetchBodyChunk Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(FetchBodyChunk));
        var offset = Wire.ReadRange(ref reader, "FetchBodyChunk.Offset", 0, long.MaxValue);
        var data = Wire.ReadPayload(ref reader, "FetchBodyChunk.Data");
        if (data.IsEmpty)
            throw new WireFormatException("FetchBodyChunk.Data is empty.");
        return new FetchBodyChunk(offset, data);
    }
}

/// <summary>A piece of a body in shared memory: means the same as a FetchBodyChunk with those bytes.</summary>
/// <param name="Offset">Where in the body it starts; pieces come in order without gaps.</param>
/// <param name="Slot">The slot of <see cref="BodySlots"/>; the child does not use it again before it is freed.</param>
/// <param name="Length">How many bytes from the slot's start; at least 1.</param>
internal readonly record struct FetchBodySlot(long Offset, int Slot, int Length) : IWireMessage<FetchBodySlot>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.FetchBodySlot;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(3);
        writer.Write(Offset);
        writer.Write(Slot);
        writer.Write(Length);
    }

    /// <inheritdoc/>
    public static FetchBodySlot Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 3, nameof(FetchBodySlot));
        return new FetchBodySlot(
            Wire.ReadRange(ref reader, "FetchBodySlot.Offset", 0, long.MaxValue),
            (int)Wire.ReadRange(ref reader, "FetchBodySlot.Slot", 0, BodySlots.MaxSlots - 1),
            (int)Wire.ReadRange(ref reader, "FetchBodySlot.Length", 1, BodySlots.SlotBytes));
    }
}

/// <summary>Parent → child: slots have been read and may be filled again.</summary>
/// <param name="Slots">One bit per slot, the lowest for slot 0; not 0.</param>
internal readonly record struct SlotsFree(ulong Slots) : IWireMessage<SlotsFree>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.SlotsFree;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(1);
        writer.Write(Slots);
    }

    /// <inheritdoc/>
    public static SlotsFree Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 1, nameof(SlotsFree));
        var slots = reader.ReadUInt64();
        return slots != 0 ? new SlotsFree(slots) : throw new WireFormatException("SlotsFree.Slots is 0.");
    }
}

/// <summary>The body is complete.</summary>
/// <param name="BodyBytes">Its length as delivered, in bytes.</param>
/// <param name="WireBytes">Its length as received from the network before decoding, in bytes.</param>
/// <param name="TotalTime">From the request received by the child to the last byte, to the microsecond.</param>
public readonly record struct FetchEnd(long BodyBytes, long WireBytes, TimeSpan TotalTime) : IWireMessage<FetchEnd>
{
    /// <inheritdoc/>
    static MessageType IWireMessage<FetchEnd>.Type => MessageType.FetchEnd;

    /// <inheritdoc/>
    void IWireMessage<FetchEnd>.Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(3);
        writer.Write(BodyBytes);
        writer.Write(WireBytes);
        Wire.WriteTime(ref writer, TotalTime);
    }

    /// <inheritdoc/>
    static FetchEnd IWireMessage<FetchEnd>.Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 3, nameof(FetchEnd));
        return new FetchEnd(
            Wire.ReadRange(ref reader, "FetchEnd.BodyBytes", 0, long.MaxValue),
            Wire.ReadRange(ref reader, "FetchEnd.WireBytes", 0, long.MaxValue),
            Wire.ReadTime(ref reader, "FetchEnd.TotalTime"));
    }
}
