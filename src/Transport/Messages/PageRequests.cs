using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>What a page's script asks the browser to fetch.</summary>
internal enum PageRequestKind
{
    /// <summary>A classic script.</summary>
    Script = 0,

    /// <summary>A module script, or a module that one imports.</summary>
    Module = 1,

    /// <summary>A call of <c>fetch</c>.</summary>
    Fetch = 2,

    /// <summary>An <c>XMLHttpRequest</c>.</summary>
    Xhr = 3,
}

/// <summary>A request's mode, as the Fetch standard has it.</summary>
internal enum PageRequestMode
{
    /// <summary>Another origin is refused.</summary>
    SameOrigin = 0,

    /// <summary>Another origin must allow it.</summary>
    Cors = 1,

    /// <summary>Another origin's answer is opaque.</summary>
    NoCors = 2,
}

/// <summary>Whether cookies and HTTP authentication go with a request.</summary>
internal enum PageRequestCredentials
{
    /// <summary>Never.</summary>
    Omit = 0,

    /// <summary>Only to the page's own origin.</summary>
    SameOrigin = 1,

    /// <summary>Always, where the server allows it.</summary>
    Include = 2,
}

/// <summary>What happens to a redirect.</summary>
internal enum PageRequestRedirect
{
    /// <summary>It is followed.</summary>
    Follow = 0,

    /// <summary>It is an error.</summary>
    Error = 1,

    /// <summary>It is the answer, opaque.</summary>
    Manual = 2,
}

/// <summary>
/// Renderer → parent: a script of the page wants something fetched. The renderer chooses the id, which has the top bit clear, is not 0, and
/// is never used again by this process. The parent decides on origin, CORS, cookies and addresses; what the renderer says of itself counts for nothing.
/// </summary>
/// <param name="Kind">What wants it.</param>
/// <param name="Method">An HTTP method token.</param>
/// <param name="Url">An absolute URL.</param>
/// <param name="Headers">The script's own headers.</param>
/// <param name="Body">The body; at most <see cref="LongestBody"/> bytes.</param>
/// <param name="Mode">The mode.</param>
/// <param name="Credentials">Whether cookies go with it.</param>
/// <param name="Redirect">What happens to a redirect.</param>
internal readonly record struct PageRequest(
    PageRequestKind Kind, string Method, string Url, IReadOnlyList<HeaderField> Headers, ReadOnlyMemory<byte> Body,
    PageRequestMode Mode, PageRequestCredentials Credentials, PageRequestRedirect Redirect) : IWireMessage<PageRequest>
{
    /// <summary>The longest body, in bytes.</summary>
    public const int LongestBody = 256 << 10;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.PageRequest;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(8);
        writer.Write((int)Kind);
        writer.Write(Method);
        writer.Write(Url);
        HeaderField.WriteAll(ref writer, Headers);
        writer.Write(Body.Span);
        writer.Write((int)Mode);
        writer.Write((int)Credentials);
        writer.Write((int)Redirect);
    }

    /// <inheritdoc/>
    public static PageRequest Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 8, nameof(PageRequest));
        var kind = (PageRequestKind)Wire.ReadRange(ref reader, "PageRequest.Kind", 0, (int)PageRequestKind.Xhr);
        var (method, url) = (Wire.ReadText(ref reader, "PageRequest.Method"), Wire.ReadText(ref reader, "PageRequest.Url"));
        var headers = HeaderField.ReadAll(ref reader, "PageRequest.Headers");
        var body = Wire.ReadPayload(ref reader, "PageRequest.Body");
        if (body.Length > LongestBody)
            throw new WireFormatException($"PageRequest.Body has {body.Length} bytes; at most {LongestBody} are allowed.");
        return new PageRequest(
            kind, method, url, headers, body,
            (PageRequestMode)Wire.ReadRange(ref reader, "PageRequest.Mode", 0, (int)PageRequestMode.NoCors),
            (PageRequestCredentials)Wire.ReadRange(ref reader, "PageRequest.Credentials", 0, (int)PageRequestCredentials.Include),
            (PageRequestRedirect)Wire.ReadRange(ref reader, "PageRequest.Redirect", 0, (int)PageRequestRedirect.Manual));
    }
}

/// <summary>Renderer → parent: the answer to the PageRequest with this id is no longer wanted. One that is under way is ignored.</summary>
internal readonly record struct PageRequestCancel : IWireMessage<PageRequestCancel>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.PageRequestCancel;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer) => writer.WriteArrayHeader(0);

    /// <inheritdoc/>
    public static PageRequestCancel Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 0, nameof(PageRequestCancel));
        return default;
    }
}

/// <summary>How a page's request ended.</summary>
internal enum PageResult
{
    /// <summary>With an answer that the page may read.</summary>
    Ok = 0,

    /// <summary>Without an answer, or with one that the page may not have: a network error.</summary>
    Failed = 1,

    /// <summary>With an answer that the page may use but not read: no status, no headers; for fetch and XHR no body.</summary>
    Opaque = 2,
}

/// <summary>
/// Parent → renderer: the answer to the PageRequest with this id. Its body is in <see cref="Data"/>, in a sealed memory file sent with the
/// message, or follows as FetchBodyChunk frames with the same id, as a page's bytes do.
/// </summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Status">The HTTP status; 0 without one.</param>
/// <param name="StatusText">The reason phrase; empty for none.</param>
/// <param name="Url">The URL after redirects; empty if it failed.</param>
/// <param name="Headers">The headers that the page may see.</param>
/// <param name="Message">Why it failed, in one sentence; empty if it did not.</param>
/// <param name="Length">The body's length in bytes.</param>
/// <param name="Data">The body, or the first bytes of it; empty if it comes in a memory file.</param>
internal readonly record struct PageResponse(
    PageResult Outcome, int Status, string StatusText, string Url, IReadOnlyList<HeaderField> Headers, string Message, int Length, ReadOnlyMemory<byte> Data)
    : IWireMessage<PageResponse>, IPayloadRequest<PageResponse>
{
    /// <summary>The longest body, in bytes.</summary>
    public const int MaxLength = 64 << 20;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.PageResponse;

    /// <summary>No answer, and why.</summary>
    public static PageResponse Refused(string message) => new(PageResult.Failed, 0, "", "", [], message, 0, default);

    /// <inheritdoc/>
    public PageResponse WithoutData() => this with { Data = default };

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(8);
        writer.Write((int)Outcome);
        writer.Write(Status);
        writer.Write(StatusText);
        writer.Write(Url);
        HeaderField.WriteAll(ref writer, Headers);
        writer.Write(Message);
        writer.Write(Length);
        writer.Write(Data.Span);
    }

    /// <inheritdoc/>
    public static PageResponse Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 8, nameof(PageResponse));
        return new PageResponse(
            (PageResult)Wire.ReadRange(ref reader, "PageResponse.Outcome", 0, (int)PageResult.Opaque),
            (int)Wire.ReadRange(ref reader, "PageResponse.Status", 0, 999),
            Wire.ReadText(ref reader, "PageResponse.StatusText"),
            Wire.ReadText(ref reader, "PageResponse.Url"),
            HeaderField.ReadAll(ref reader, "PageResponse.Headers"),
            Wire.ReadText(ref reader, "PageResponse.Message"),
            (int)Wire.ReadRange(ref reader, "PageResponse.Length", 0, MaxLength),
            Wire.ReadPayload(ref reader, "PageResponse.Data"));
    }
}

/// <summary>Renderer → parent, with the load's id, once after DocumentLoaded if the page's scripts run: they have settled, or their budget is over.</summary>
/// <param name="Title">The page's title now, with white space collapsed; empty for none.</param>
/// <param name="Run">How many scripts have run.</param>
/// <param name="Failed">How many of them failed, or could not be fetched.</param>
/// <param name="OverBudget">Whether their time was over before they had settled.</param>
/// <param name="Counts">How many elements of each kind the page has now.</param>
internal readonly record struct PageSettled(string Title, int Run, int Failed, bool OverBudget, DocumentCounts Counts) : IWireMessage<PageSettled>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.PageSettled;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(12);
        writer.Write(Title);
        writer.Write(Run);
        writer.Write(Failed);
        writer.Write(OverBudget);
        DocumentLoaded.Write(ref writer, Counts);
    }

    /// <inheritdoc/>
    public static PageSettled Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 12, nameof(PageSettled));
        return new PageSettled(
            Wire.ReadText(ref reader, "PageSettled.Title"),
            (int)Wire.ReadRange(ref reader, "PageSettled.Run", 0, int.MaxValue),
            (int)Wire.ReadRange(ref reader, "PageSettled.Failed", 0, int.MaxValue),
            reader.ReadBoolean(),
            DocumentLoaded.ReadCounts(ref reader));
    }
}
