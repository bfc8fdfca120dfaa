using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>A header field, as sent or received.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Value">One value; repeated fields repeat the pair.</param>
public readonly record struct HeaderField(string Name, string Value)
{
    internal const int MaxFields = 1024;

    internal static void WriteAll(ref MessagePackWriter writer, IReadOnlyList<HeaderField> fields)
    {
        writer.WriteArrayHeader(fields.Count * 2);
        for (var i = 0; i < fields.Count; i++)
        {
            writer.Write(fields[i].Name);
            writer.Write(fields[i].Value);
        }
    }

    internal static HeaderField[] ReadAll(ref MessagePackReader reader, string owner)
    {
        var strings = Wire.ReadCount(ref reader, owner, MaxFields * 2);
        if (strings % 2 != 0)
            throw new WireFormatException($"{owner} has a name without a value.");
        if (strings == 0)
            return [];
        var fields = new HeaderField[strings / 2];
        for (var i = 0; i < fields.Length; i++)
            fields[i] = new HeaderField(Wire.ReadText(ref reader, owner), Wire.ReadText(ref reader, owner));
        return fields;
    }
}

/// <summary>Which HTTP versions a fetch may use.</summary>
public enum HttpVersionChoice
{
    /// <summary>HTTP/2 if TLS negotiates it, otherwise HTTP/1.1.</summary>
    Any = 0,

    /// <summary>HTTP/1.1 only.</summary>
    Http11 = 1,

    /// <summary>HTTP/2 only; in clear text by prior knowledge.</summary>
    Http2 = 2,
}

/// <summary>
/// Parent → child: start a fetch. The frame's correlation id is the fetch's id. Times are in milliseconds; 0 means
/// no separate limit.
/// </summary>
/// <param name="Method">An HTTP method token.</param>
/// <param name="Url">An absolute http or https URL.</param>
/// <param name="Headers">Request headers.</param>
/// <param name="Body">The request body's first bytes; the rest follows as FetchBodyChunk and FetchEnd.</param>
/// <param name="BodyLength">The whole request body's length in bytes, <see cref="NoBody"/>, or <see cref="UnknownLength"/> if FetchEnd marks the end.</param>
/// <param name="MaxRedirects">How many redirects to follow; with 0, a redirect is itself the response.</param>
/// <param name="Decompress">Whether gzip, deflate and brotli bodies are delivered decoded.</param>
/// <param name="Version">Which HTTP versions may be used.</param>
/// <param name="ConnectTimeout">For name resolution, TCP and TLS together.</param>
/// <param name="FirstByteTimeout">From the request sent to the response's headers.</param>
/// <param name="TotalTimeout">From the request received to the last byte of the body.</param>
/// <param name="MaxResponseBytes">The longest body delivered, in bytes after decoding.</param>
/// <param name="PublicAddressesOnly">Whether loopback, link-local and private addresses are refused at connect time.</param>
/// <param name="InitialCredit">How many body bytes may be sent before the first Credit.</param>
/// <param name="Eager">Whether the requester waits for headers and first bytes; otherwise they may be held back until the response is complete or large.</param>
/// <param name="CanRewind">Whether the body beyond its first bytes can be sent again, when FetchRewind asks for it.</param>
/// <param name="Proxy">The proxy to connect through: <c>socks5://user:password@host:port</c>, or empty for none.</param>
internal readonly record struct FetchRequest(
    string Method,
    string Url,
    IReadOnlyList<HeaderField> Headers,
    ReadOnlyMemory<byte> Body,
    long BodyLength,
    int MaxRedirects,
    bool Decompress,
    HttpVersionChoice Version,
    int ConnectTimeout,
    int FirstByteTimeout,
    int TotalTimeout,
    long MaxResponseBytes,
    bool PublicAddressesOnly,
    long InitialCredit,
    bool Eager = true,
    bool CanRewind = false,
    string Proxy = "") : IWireMessage<FetchRequest>
{
    /// <summary>The body length of a request without a body.</summary>
    public const long NoBody = -1;

    /// <summary>The body length of a request whose body ends with FetchEnd.</summary>
    public const long UnknownLength = -2;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.FetchRequest;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(17);
        writer.Write(Method);
        writer.Write(Url);
        HeaderField.WriteAll(ref writer, Headers);
        writer.Write(Body.Span);
        writer.Write(BodyLength);
        writer.Write(MaxRedirects);
        writer.Write(Decompress);
        writer.Write((int)Version);
        writer.Write(ConnectTimeout);
        writer.Write(FirstByteTimeout);
        writer.Write(TotalTimeout);
        writer.Write(MaxResponseBytes);
        writer.Write(PublicAddressesOnly);
        writer.Write(InitialCredit);
        writer.Write(Eager);
        writer.Write(CanRewind);
        writer.Write(Proxy ?? "");
    }

    /// <inheritdoc/>
    public static FetchRequest Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 17, nameof(FetchRequest));
        return new FetchRequest(
            Wire.ReadText(ref reader, "FetchRequest.Method"),
            Wire.ReadText(ref reader, "FetchRequest.Url"),
            HeaderField.ReadAll(ref reader, "FetchRequest.Headers"),
            Wire.ReadPayload(ref reader, "FetchRequest.Body"),
            Wire.ReadRange(ref reader, "FetchRequest.BodyLength", UnknownLength, long.MaxValue),
            (int)Wire.ReadRange(ref reader, "FetchRequest.MaxRedirects", 0, 1000),
            reader.ReadBoolean(),
            (HttpVersionChoice)Wire.ReadRange(ref reader, "FetchRequest.Version", 0, (int)HttpVersionChoice.Http2),
            (int)Wire.ReadRange(ref reader, "FetchRequest.ConnectTimeout", 0, int.MaxValue),
            (int)Wire.ReadRange(ref reader, "FetchRequest.FirstByteTimeout", 0, int.MaxValue),
            (int)Wire.ReadRange(ref reader, "FetchRequest.TotalTimeout", 0, int.MaxValue),
            Wire.ReadRange(ref reader, "FetchRequest.MaxResponseBytes", 0, long.MaxValue),
            reader.ReadBoolean(),
            Wire.ReadRange(ref reader, "FetchRequest.InitialCredit", 0, long.MaxValue),
            reader.ReadBoolean(),
            reader.ReadBoolean(),
            Wire.ReadText(ref reader, "FetchRequest.Proxy"));
    }
}
