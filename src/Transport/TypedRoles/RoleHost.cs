using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;

namespace ActorBrowser.Transport;

/// <summary>
/// Runs a typed role at the child's end of a channel. The channel's thread calls <see cref="OnFrame"/>. Handlers run on the thread pool,
/// except those that have been shorter than a hand-over to another thread: these run on the channel's thread, if it can be relieved
/// (<see cref="IWorkChannel"/>). So a child whose handlers spin still answers pings.
/// </summary>
internal sealed class RoleHost
{
    // Below this, handing work over costs more than waiting for its end.
    private static readonly long Short = Stopwatch.Frequency / 20_000;

    private readonly ConcurrentDictionary<ulong, RoleWork> _running = new();
    private readonly IChannel _channel;

    // How long each handler keeps its thread, in ticks: a mean in which recent calls count more.
    private readonly long[] _typical;
    private readonly PayloadReceiver<RoleRequest> _requests;
    private readonly CreditGate _events;

    /// <summary>Creates the role's object.</summary>
    /// <param name="definition">The role.</param>
    /// <param name="channel">The child's end.</param>
    /// <param name="args">The parent's <see cref="RoleArgs"/>.</param>
    /// <param name="traces">The child's traced requests.</param>
    /// <exception cref="InvalidOperationException">The parent's definition has other messages.</exception>
    internal RoleHost(RoleDefinition definition, IChannel channel, ReadOnlyMemory<byte> args, ChildTraces traces)
    {
        (Definition, _channel, Traces) = (definition, channel, traces);
        _typical = new long[definition.Handlers.Length];
        Array.Fill(_typical, long.MaxValue);
        Args = RoleArgs.Read(args);
        if (Args.Messages != definition.Messages)
            throw new InvalidOperationException($"The role '{definition.Name}' has other messages here than in the browser's program: {definition.Messages} here, {Args.Messages} there.");
        Instance = definition.Create(Args.Plugin);
        _events = new CreditGate(Args.Window);
        _requests = new(Begin);
    }

    internal RoleDefinition Definition { get; }

    internal RoleArgs Args { get; }

    internal object Instance { get; }

    /// <summary>The traced requests.</summary>
    internal ChildTraces Traces { get; }

    /// <summary>Ends the process when a handler runs out of memory; null to report it like any exception.</summary>
    internal Action? OnOutOfMemory { get; init; }

    /// <summary>Handles a frame of the role.</summary>
    internal ProtocolViolation? OnFrame(in Frame frame)
    {
        switch (frame.Type)
        {
            case MessageType.RoleRequest:
                return _requests.OnRequest(frame);
            case MessageType.FetchBodyChunk:
                return _requests.OnPiece(frame);
            case MessageType.Credit:
                return frame.TryRead<Credit>(out var credit) ?? OnCredit(frame.CorrelationId, credit.Bytes);
            case MessageType.CancelWork:
                return frame.TryRead<CancelWork>(out _) ?? OnCancel(frame.CorrelationId);
            default:
                return new ProtocolViolation(ViolationKind.UnknownMessage, $"The role {Definition.Name} takes typed messages, not {frame.Type}.");
        }
    }

    /// <summary>Cancels everything, because the child ends.</summary>
    internal void CancelAll()
    {
        foreach (var id in _running.Keys)
            OnCancel(id);
    }

    internal void Send(ulong id, in RoleReply reply)
    {
        Traces.OnWriting(id, reply, _channel);
        // Closed: the process is about to exit. The credit keeps the queue far below its limit.
        var outcome = _channel.Write(id, reply);
        if (outcome is WriteOutcome.TooLarge or WriteOutcome.QueueFull)
            throw new InvalidOperationException($"A reply of {reply.Data.Length} bytes was not queued: {outcome}.");
        _channel.Flush();
    }

    /// <summary>A handler has returned, or waits for something.</summary>
    /// <param name="handler">The handler.</param>
    /// <param name="ticks">How long it has kept its thread.</param>
    internal void OnReturned(RoleHandler handler, long ticks)
    {
        // A stream's handler goes on in the background, for as long as its reader takes items.
        if (handler.Kind == RoleMessageKind.Stream)
            return;
        ref var typical = ref _typical[handler.Index];
        var before = Volatile.Read(ref typical);
        Volatile.Write(ref typical, before == long.MaxValue ? ticks : before + ((ticks - before) / 4));
    }

    internal void Forget(ulong id) => _running.TryRemove(id, out _);

    internal async ValueTask PublishAsync<TEvent>(TEvent value, CancellationToken cancellation) where TEvent : notnull
    {
        var index = Array.FindIndex(Definition.Events, static one => one.Type == typeof(TEvent));
        if (index < 0)
            throw new InvalidOperationException($"The role '{Definition.Name}' does not publish {typeof(TEvent)}: add .Publishes<{typeof(TEvent).Name}>() to its definition.");
        var bytes = new ArrayBufferWriter<byte>();
        Definition.Codec.Value.Write(bytes, value);
        if (bytes.WrittenCount > Args.Piece)
            throw new ArgumentException($"An event of {bytes.WrittenCount} bytes is longer than one frame may be, {Args.Piece}: send less, or answer by a stream.", nameof(value));
        await _events.TakeAsync(bytes.WrittenCount, cancellation).ConfigureAwait(false);
        Send(0, new RoleReply(RoleReplyKind.Event, (ushort)index, bytes.WrittenMemory));
    }

    private void Begin(ulong id, RoleRequest request, PayloadAssembly payload)
    {
        var work = new RoleWork(this, id, request.Index < Definition.Handlers.Length ? Definition.Handlers[request.Index] : null, request.Milliseconds, payload);
        _running[id] = work;
        if (_channel is IWorkChannel here && request.Index < _typical.Length && Volatile.Read(ref _typical[request.Index]) < Short)
            here.RunSoon(work);
        else
            ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
    }

    private ProtocolViolation? OnCredit(ulong id, long bytes)
    {
        if (id == 0)
            _events.Add(bytes);
        else if (_running.TryGetValue(id, out var work))
            work.Grant(bytes);
        return null;
    }

    private ProtocolViolation? OnCancel(ulong id)
    {
        // Not on the channel's thread: what a handler has registered with its token may block.
        if (_running.TryGetValue(id, out var work))
            ThreadPool.UnsafeQueueUserWorkItem(static work => work.Cancel(), work, preferLocal: false);
        return null;
    }
}
