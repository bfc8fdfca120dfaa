using ActorBrowser.Transport;

namespace ActorBrowser.TransportTests;

/// <summary>A message of every type, made from a seed.</summary>
internal static class Samples
{
    internal static WriteOutcome WriteOne(OutgoingQueue queue, int seed)
    {
        var random = new Random(seed);
        var id = (ulong)random.NextInt64();
        return random.Next(23) switch
        {
            0 => queue.Write(id, new Hello(random.Next(), Guid.NewGuid(), Text(random), random.Next(1, int.MaxValue), [new(Text(random), true, Text(random))]), []),
            1 => queue.Write(id, new ChildArgs(random.Next(1024, 1 << 30), random.Next(254), Bytes(random)), []),
            2 => queue.Write(id, default(Ready), []),
            3 => queue.Write(id, new Ping(random.NextInt64()), []),
            4 => queue.Write(id, new Pong(-random.NextInt64()), []),
            5 => queue.Write(id, default(Shutdown), []),
            6 => queue.Write(id, new FetchRequest(Text(random), Text(random), [new(Text(random), Text(random))], Bytes(random), random.Next(), 20, true, HttpVersionChoice.Http2, 1, 2, 3, 4, false, 5), []),
            7 => queue.Write(id, new FetchHeaders(random.Next(100, 999), "1.1", Text(random), [new(Text(random), Text(random))], [new(301, Text(random))], Text(random), AddressSpace.Private, -1, new(1, 2, 3, 4)), []),
            8 => queue.Write(id, new FetchBodyChunk(random.NextInt64(), Bytes(random)), []),
            9 => queue.Write(id, new FetchEnd(random.NextInt64(), 2, 3), []),
            10 => queue.Write(id, new FetchError(FetchErrorKind.Tls, Text(random)), []),
            11 => queue.Write(id, default(FetchCancel), []),
            12 => queue.Write(id, new Credit(random.NextInt64(1, long.MaxValue)), []),
            13 => queue.Write(id, new SpawnRequest([Bytes(random), Bytes(random)], Bytes(random), [Bytes(random)], CommandInput.Pipe, CommandOutput.Terminal, 80, 24, 1, 3, 4, new(1, 2, 3, 4, 5, 6)), []),
            14 => queue.Write(id, new SpawnReady(random.Next(1, int.MaxValue), random.Next()), []),
            15 => queue.Write(id, new SpawnFailed(SpawnFailure.Denied, 13, Text(random)), []),
            16 => queue.Write(id, new Exit(-1, 9, true, ExitCause.Kill, 1, 2, 3, random.NextInt64()), []),
            17 => queue.Write(id, new Closed(random.Next()), []),
            18 => queue.Write(id, new SendSignal(random.Next(1, 65)), []),
            19 => random.Next(2) == 0 ? queue.Write(id, new Resize(80, 24), []) : queue.Write(id, new Terminate(random.Next()), []),
            20 => queue.Write(id, new FetchBodySlot(random.NextInt64(), random.Next(BodySlots.MaxSlots), random.Next(1, BodySlots.SlotBytes + 1)), []),
            21 => queue.Write(id, new SlotsFree((ulong)random.NextInt64(1, long.MaxValue)), []),
            _ => queue.Write(id, new RoleMessage((ushort)random.Next(65536), Bytes(random)), []),
        };
    }

    internal static ProtocolViolation? ReadOne(in Frame frame) => frame.Type switch
    {
        MessageType.Hello => frame.TryRead<Hello>(out _),
        MessageType.ChildArgs => frame.TryRead<ChildArgs>(out _),
        MessageType.Ready => frame.TryRead<Ready>(out _),
        MessageType.Ping => frame.TryRead<Ping>(out _),
        MessageType.Pong => frame.TryRead<Pong>(out _),
        MessageType.Shutdown => frame.TryRead<Shutdown>(out _),
        MessageType.FetchRequest => frame.TryRead<FetchRequest>(out _),
        MessageType.FetchHeaders => frame.TryRead<FetchHeaders>(out _),
        MessageType.FetchBodyChunk => frame.TryRead<FetchBodyChunk>(out _),
        MessageType.FetchBodySlot => frame.TryRead<FetchBodySlot>(out _),
        MessageType.SlotsFree => frame.TryRead<SlotsFree>(out _),
        MessageType.FetchEnd => frame.TryRead<FetchEnd>(out _),
        MessageType.FetchError => frame.TryRead<FetchError>(out _),
        MessageType.FetchCancel => frame.TryRead<FetchCancel>(out _),
        MessageType.Credit => frame.TryRead<Credit>(out _),
        MessageType.SpawnRequest => frame.TryRead<SpawnRequest>(out _),
        MessageType.SpawnReady => frame.TryRead<SpawnReady>(out _),
        MessageType.SpawnFailed => frame.TryRead<SpawnFailed>(out _),
        MessageType.Exit => frame.TryRead<Exit>(out _),
        MessageType.Closed => frame.TryRead<Closed>(out _),
        MessageType.Signal => frame.TryRead<SendSignal>(out _),
        MessageType.Resize => frame.TryRead<Resize>(out _),
        MessageType.Terminate => frame.TryRead<Terminate>(out _),
        MessageType.RoleMessage => frame.TryRead<RoleMessage>(out _),
        _ => new ProtocolViolation(ViolationKind.UnknownMessage, "unknown"),
    };

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => (char)random.Next(32, 0x2fff)));

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(1, 400)];
        random.NextBytes(bytes);
        // Texts of commands hold no NUL.
        bytes.AsSpan().Replace((byte)0, (byte)1);
        return bytes;
    }
}
