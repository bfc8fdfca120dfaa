using ActorBrowser.Transport;
using MessagePack;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.Cluster;

/// <summary>The fetch protocol between nodes.</summary>
internal static class FetchCodecs
{
    private const int MostHops = 1000;

    internal static readonly MessageCodec[] All =
    [
        MessageCodec.Of<FetchOrder>("fetch", WriteOrder, ReadOrder),
        MessageCodec.Of<FetchCredit>("fetch-credit", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            writer.Write(message.Bytes);
        }, static (ref fields) => new FetchCredit(fields.Number(1, long.MaxValue))),
        MessageCodec.Of<UploadPiece>("upload", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(3);
            writer.WriteBytes(message.Data);
            writer.Write(message.IsLast);
            writer.Write(message.Problem);
        }, static (ref fields) => new UploadPiece(fields.Bytes(), fields.Flag(), fields.TextOrNull(4096))),
        MessageCodec.Of<FetchHeadersArrived>("fetch-headers", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(3);
            writer.Write(message.Id);
            WriteHeaders(ref writer, message.Headers);
            writer.Write(message.ChildProcessId);
        }, static (ref fields) => new FetchHeadersArrived(fields.Id(), fields.Nested(ReadHeaders), fields.Int32())),
        MessageCodec.Of<FetchChunk>("fetch-chunk", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(3);
            writer.Write(message.Id);
            writer.Write(message.Offset);
            writer.WriteBytes(message.Data);
        }, static (ref fields) => new FetchChunk(fields.Id(), fields.Number(0, long.MaxValue), fields.Bytes())),
        MessageCodec.Of<FetchCompleted>("fetch-completed", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Id);
            WriteEnd(ref writer, message.End);
        }, static (ref fields) => new FetchCompleted(fields.Id(), fields.Nested(ReadEnd))),
        MessageCodec.Of<FetchResponse>("fetch-response", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(5);
            writer.Write(message.Id);
            WriteHeaders(ref writer, message.Headers);
            writer.WriteBytes(message.Body);
            WriteEnd(ref writer, message.End);
            writer.Write(message.ChildProcessId);
        }, static (ref fields) => new FetchResponse(fields.Id(), fields.Nested(ReadHeaders), fields.Bytes(), fields.Nested(ReadEnd), fields.Int32())),
        MessageCodec.Of<FetchFailed>("fetch-failed", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(4);
            writer.Write(message.Id);
            writer.Write((int)message.Kind);
            writer.Write(message.Message);
            writer.Write(message.ChildProcessId);
        }, static (ref fields) => new FetchFailed(fields.Id(), fields.Choice<FetchErrorKind>(), fields.Text(64 << 10), fields.Int32())),
    ];

    internal static void WriteField(ref MessagePackWriter writer, HeaderField field)
    {
        writer.WriteArrayHeader(2);
        writer.Write(field.Name);
        writer.Write(field.Value);
    }

    internal static HeaderField ReadField(ref Fields fields) => new(fields.Text(), fields.Text());

    private static void WriteOrder(ref MessagePackWriter writer, FetchOrder order)
    {
        writer.WriteArrayHeader(18);
        writer.Write(order.Url);
        writer.Write(order.Method);
        writer.WriteList(order.Headers, WriteField);
        writer.WriteBytes(order.Body);
        writer.Write(order.HasUpload);
        writer.WriteOrNil(order.UploadLength);
        writer.Write(order.Streamed);
        writer.Write((int)order.Initiator);
        writer.WriteOrNil(order.MaxRedirects);
        writer.WriteTime(order.TotalTimeout);
        writer.WriteTime(order.ConnectTimeout);
        writer.WriteTime(order.FirstByteTimeout);
        writer.WriteOrNil(order.MaxBody);
        writer.Write(order.Decompress);
        writer.Write((int)order.Version);
        writer.Write(order.Proxy);
        writer.Write(order.Replay);
        writer.Write(order.TraceParent);
    }

    private static FetchOrder ReadOrder(ref Fields fields) => new(fields.Text())
    {
        Method = fields.Text(256),
        Headers = fields.List(ReadField, HeaderField.MaxFields),
        Body = fields.BytesOrNull(),
        HasUpload = fields.Flag(),
        UploadLength = fields.NumberOrNull(0, long.MaxValue),
        Streamed = fields.Flag(),
        Initiator = fields.Choice<FetchInitiator>(),
        MaxRedirects = (int?)fields.NumberOrNull(int.MinValue, int.MaxValue),
        TotalTimeout = fields.TimeOrNull(),
        ConnectTimeout = fields.TimeOrNull(),
        FirstByteTimeout = fields.TimeOrNull(),
        MaxBody = fields.NumberOrNull(long.MinValue, long.MaxValue),
        Decompress = fields.Flag(),
        Version = fields.Choice<HttpVersionChoice>(),
        Proxy = fields.TextOrNull(),
        Replay = fields.Flag(),
        TraceParent = fields.TextOrNull(64),
    };

    private static void WriteHeaders(ref MessagePackWriter writer, FetchHeaders headers)
    {
        writer.WriteArrayHeader(12);
        writer.Write(headers.Status);
        writer.Write(headers.HttpVersion);
        writer.Write(headers.FinalUrl);
        writer.WriteList(headers.Headers, WriteField);
        writer.WriteList(headers.Redirects, static (ref writer, hop) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(hop.Status);
            writer.Write(hop.Url);
        });
        writer.Write(headers.RemoteAddress);
        writer.Write((int)headers.AddressSpace);
        writer.Write(headers.ContentLength);
        writer.WriteTime(headers.Timings.NameLookup);
        writer.WriteTime(headers.Timings.Connect);
        writer.WriteTime(headers.Timings.Tls);
        writer.WriteTime(headers.Timings.FirstByte);
    }

    private static FetchHeaders ReadHeaders(ref Fields fields) => new(
        fields.Int32(100, 999), fields.Text(64), fields.Text(), fields.List(ReadField, HeaderField.MaxFields),
        fields.List(static (ref fields) => new RedirectHop(fields.Int32(100, 999), fields.Text()), MostHops), fields.Text(256), fields.Choice<AddressSpace>(),
        fields.Number(-1, long.MaxValue), new FetchTimings(fields.Time(), fields.Time(), fields.Time(), fields.Time()));

    private static void WriteEnd(ref MessagePackWriter writer, FetchEnd end)
    {
        writer.WriteArrayHeader(3);
        writer.Write(end.BodyBytes);
        writer.Write(end.WireBytes);
        writer.WriteTime(end.TotalTime);
    }

    private static FetchEnd ReadEnd(ref Fields fields) => new(fields.Number(0, long.MaxValue), fields.Number(0, long.MaxValue), fields.Time());
}
