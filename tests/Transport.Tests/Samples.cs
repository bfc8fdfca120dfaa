using System.Buffers;
using ActorBrowser.Transport;
using MessagePack;

namespace ActorBrowser.TransportTests;

/// <summary>A message of every type, made from a seed.</summary>
internal static class Samples
{
    internal delegate ProtocolViolation? Reader(in Frame frame);

    /// <summary>One type's messages.</summary>
    internal sealed record Sample(MessageType Type, Func<Random, byte[]> Body, Func<OutgoingQueue, ulong, Random, WriteOutcome> Write, Reader Read);

    internal static IReadOnlyDictionary<MessageType, Sample> All { get; } = new[]
    {
        Of(static r => new Hello(r.Next(), Guid.NewGuid(), Text(r), r.Next(1, int.MaxValue), [new(Text(r), true, Text(r))]) { IsNative = r.Next(2) == 0 }),
        Of(static r => new ChildArgs(r.Next(1024, 1 << 30), r.Next(254), Bytes(r))),
        Of(static _ => default(Ready)),
        Of(static r => new Ping(r.NextInt64())),
        Of(static r => new Pong(-r.NextInt64())),
        Of(static _ => default(Shutdown)),
        Of(static r => new Trace(new UInt128((ulong)r.NextInt64(), 1), (ulong)r.NextInt64(1, long.MaxValue), 1)),
        Of(static r => new Spans([new("first byte", -1, r.NextInt64(1L << 50), r.Next(), null, []), new("a.b", 0, r.Next(), 0, Text(r), [SpanAttribute.Of("http.x_y-z", Text(r)), SpanAttribute.Of("n", -r.Next())])])),
        Of(static r => new FetchRequest(Text(r), Text(r), [new(Text(r), Text(r))], Bytes(r), r.Next(), 20, true, HttpVersionChoice.Http2, 1, 2, 3, 4, false, 5)),
        Of(static r => new FetchHeaders(r.Next(100, 999), "1.1", Text(r), [new(Text(r), Text(r))], [new(301, Text(r))], Text(r), AddressSpace.Private, -1, new(Time(r), Time(r), Time(r), Time(r)))),
        Of(static r => new FetchBodyChunk(r.NextInt64(), Bytes(r))),
        Of(static r => new FetchBodySlot(r.NextInt64(), r.Next(BodySlots.MaxSlots), r.Next(1, BodySlots.SlotBytes + 1))),
        Of(static r => new FetchRewind(r.Next(1, 1000))),
        Of(static _ => default(FetchBodyUnwanted)),
        Of(static r => new SlotsFree((ulong)r.NextInt64(1, long.MaxValue))),
        Of(static r => new FetchEnd(r.NextInt64(), 2, Time(r))),
        Of(static r => new FetchError(FetchErrorKind.Tls, Text(r))),
        Of(static _ => default(FetchCancel)),
        Of(static r => new Credit(r.NextInt64(1, long.MaxValue))),
        Of(static r => new SpawnRequest([Bytes(r), Bytes(r)], Bytes(r), [Bytes(r)], CommandInput.Pipe, CommandOutput.Terminal, 80, 24, 1, 3, 4, new(1, 2, 3, 4, 5, 6))),
        Of(static r => new LargeSpawnRequest(r.Next(1, LargeSpawnRequest.MostBytes))),
        Of(static r => new SpawnReady(r.Next(1, int.MaxValue), r.Next())),
        Of(static r => new SpawnFailed(SpawnFailure.Denied, 13, Text(r))),
        Of(static r => new Exit(-1, 9, true, ExitCause.Kill, Time(r), Time(r), 3, Time(r))),
        Of(static r => new Closed(r.Next())),
        Of(static r => new SendSignal(r.Next(1, 65))),
        Of(static _ => new Resize(80, 24)),
        Of(static r => new OutputPiece(OutputStream.Error, Bytes(r))),
        Of(static r => new OutputCredit(OutputStream.Output, r.Next(1, int.MaxValue))),
        Of(static r => new InputPiece(Bytes(r), Ends: true)),
        Of(static r => new InputProgress(r.Next(), Ended: false)),
        Of(static r => new Terminate(r.Next())),
        Of(static r => new LoadDocument(Text(r), Text(r), r.Next(400, LoadDocument.MaxLength), Bytes(r), new DocumentLimits(1, 2, r.Next(1, int.MaxValue)), new ScriptLimits(r.Next(), r.Next(), r.NextInt64()))),
        Of(static r => new DocumentLoaded(Text(r), "en", Text(r), "utf-8", "bom", new DocumentCounts(1, 2, 3, 4, 5, 6, 7, r.Next()), r.NextInt64(), "html", Text(r))),
        Of(static r => new DocumentFailed(DocumentFailure.TooDeep, Text(r))),
        Of(static r => new QueryDocument(DocumentQuery.Links, Text(r), r.Next(), r.Next(QueryDocument.MostItems))),
        Of(static r => new ActOnPage(ActKind.Upload, Text(r), Text(r), [Text(r), ""], true, r.Next(), r.Next(), [new(Text(r), Text(r))], r.Next(ActOnPage.MostFiles))),
        Of(static r => new ActDone(ActOutcome.Navigate, ActFailure.TooLarge, Text(r), Text(r), true, Text(r), Text(r), true, false, Text(r), [new(Bytes(r), -1), new(default, r.Next(ActOnPage.MostFiles))])),
        Of(static r => new QueryAnswer(r.Next(), [new(Text(r), Text(r), Text(r), r.Next()), new("", "", Text(r), 0)])),
        Of(static r => new ResourcesWanted([Text(r), Text(r)])),
        Of(static r => new ResourceArrived(r.Next(ResourcesWanted.Most), r.Next(1, 1000), 3)),
        Of(static r => new DecodeImage(r.Next(400, DecodeImage.MaxLength), Bytes(r), r.Next(), 0, new ImageLimits(1, 2, r.Next(1, int.MaxValue), 4), 0)),
        Of(static r => new ImageDecoded("png", 4, 3, 2, 1, [0, r.Next()])),
        Of(static r => new DecodeFailed(DecodeFailure.Malformed, Text(r))),
        Of(static _ => default(CancelWork)),
        Of(static r => new EgressListen(r.Next(1, 5), r.Next(1, 65536))),
        Of(static r => new EgressConnect(EgressKind.Http, Text(r) + "x", r.Next(1, 65536), "GET")),
        Of(static _ => default(EgressConnected)),
        Of(static r => new EgressRefused(EgressFailure.TimedOut, Text(r))),
        Of(static _ => default(EgressAbandon)),
        Of(static r => new EgressMisuse(Text(r), r.Next(1, 65536), Text(r))),
        Of(static r => new SecretConnection(Text(r), r.Next(1, 65536))),
        Of(static r => new SecretProblem(Text(r), r.Next(1, 65536), Text(r))),
        Of(static _ => default(SecretNoted)),
        Of(static r => new ResolveName(Text(r))),
        Of(static r => new NetworkConnect(new System.Net.IPAddress(r.NextInt64(1L << 32)), r.Next(1, 65536))),
        Of(static r => new NameResolved([new System.Net.IPAddress(r.NextInt64(1L << 32)), System.Net.IPAddress.IPv6Loopback], Text(r))),
        Of(static r => new EvaluateScript(Text(r), r.Next(1, int.MaxValue), r.NextInt64(1, long.MaxValue))),
        Of(static r => new ScriptAnswer(Text(r))),
        Of(static r => new ScriptFailed(ScriptFailure.TooDeep, Text(r), r.Next(), r.Next())),
        Of(static r => new PageRequest(PageRequestKind.Fetch, Text(r), Text(r), [new(Text(r), Text(r))], Bytes(r), PageRequestMode.NoCors, PageRequestCredentials.Include, PageRequestRedirect.Manual)),
        Of(static _ => default(PageRequestCancel)),
        Of(static r => new PageResponse(PageResult.Opaque, r.Next(1000), Text(r), Text(r), [new(Text(r), Text(r))], Text(r), r.Next(400, PageResponse.MaxLength), Bytes(r))),
        Of(static r => new PageSettled(Text(r), r.Next(), r.Next(), true, new DocumentCounts(1, 2, 3, 4, 5, 6, 7, r.Next()))),
        Of(static r => new PageCookies(Text(r))),
        Of(static r => new PageStorage([new(Text(r), Text(r)), new(Text(r), "")])),
        Of(static r => new PageStorageChange(PageStorageChangeKind.SetItem, Text(r), Text(r))),
        Of(static r => new ScriptNavigation(Text(r), r.Next(2) == 1)),
        Of(static r => new RoleMessage((ushort)r.Next(65536), Bytes(r))),
        Of(static r => new RoleRequest((ushort)r.Next(65536), r.Next(), r.Next(400, RoleRequest.MaxLength), Bytes(r))),
        Of(static r => new RoleReply(RoleReplyKind.Items, (ushort)r.Next(65536), Bytes(r))),
    }.ToDictionary(static sample => sample.Type);

    /// <summary>A whole frame, as it is on the wire.</summary>
    internal static byte[] Frame(MessageType type, ulong id, ReadOnlySpan<byte> body, int descriptors = 0)
    {
        var frame = new byte[FrameHeader.Size + body.Length];
        new FrameHeader((uint)body.Length, type, (ushort)descriptors, id).Write(frame);
        body.CopyTo(frame.AsSpan(FrameHeader.Size));
        return frame;
    }

    internal static WriteOutcome WriteOne(OutgoingQueue queue, int seed)
    {
        var random = new Random(seed);
        var id = (ulong)random.NextInt64();
        return All.Values.ElementAt(random.Next(All.Count)).Write(queue, id, random);
    }

    internal static ProtocolViolation? ReadOne(in Frame frame) => All.TryGetValue(frame.Type, out var sample)
        ? sample.Read(frame)
        : new ProtocolViolation(ViolationKind.UnknownMessage, "unknown");

    private static Sample Of<T>(Func<Random, T> make) where T : struct, IWireMessage<T> => new(
        T.Type,
        random => Encode(make(random)),
        (queue, id, random) => queue.Write(id, make(random), []),
        static (in Frame frame) => frame.TryRead<T>(out _));

    private static byte[] Encode<T>(T message) where T : IWireMessage<T>
    {
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(bytes);
        message.Write(ref writer);
        writer.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    private static TimeSpan Time(Random random) => TimeSpan.FromMicroseconds(random.NextInt64(TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond));

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => (char)random.Next(32, 0x2fff)));

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(1, 400)];
        random.NextBytes(bytes);
        // A command's texts contain no NUL.
        bytes.AsSpan().Replace((byte)0, (byte)1);
        return bytes;
    }
}
