using System.Diagnostics;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>
/// Pending asks, batched writes and heartbeats of a Ready child. The child's actor keeps the state and decides what happens when a
/// limit is exceeded.
/// </summary>
internal sealed class ChildRequests(IActorRef self, RoleContract contract, ActorBrowserSettings settings, ILoggingAdapter log, Action<string> onLimit)
{
    private readonly string _role = contract.Name;
    private readonly PendingTable _pending = new();
    private IChannel? _channel;
    private ChannelBridge? _bridge;
    private ChildConfinement? _confinement;
    private HeartbeatMonitor? _heartbeats;
    private int _processId;
    private bool _flushRequested;

    /// <summary>Routes the frames of the child's user.</summary>
    internal ChildRouter Router { get; } = new(self, settings.Channel.MaxBodyBytes);

    /// <summary>The ids of all requests that the child has not answered.</summary>
    internal IReadOnlyList<ulong> InFlight => [.. _pending.Ids, .. Router.InFlight];

    /// <summary>The process in the browser's roster; null before it is launched, and outside a browser.</summary>
    internal ProcessRecord? Record { get; private set; }

    internal void Open(LaunchedChild child, ChildConfinement confinement, ReadyBacklog backlog, Func<ChildState> state)
    {
        _channel = child.Channel;
        _confinement = confinement;
        _processId = child.Process.Id;
        Record = child.Record;
        Record?.Begin(self, Router, confinement, backlog, state);
        _channel.Start(_bridge = new ChannelBridge(contract, self, Router, _channel));
    }

    /// <summary>Sends the configuration, and with it shared memory for bodies if that is enabled.</summary>
    internal void Configure(in ChildArgs args)
    {
        if (SharedMemory.IsSupported && contract.WantsSlots && settings.Network.SharedBodies > 0)
        {
            try
            {
                _bridge!.Slots = BodySlots.Create(settings.Network.SharedBodies, out var forChild);
                After(0, _channel!.Write(0, args, [forChild]));
                return;
            }
            catch (SystemCallException e)
            {
                log.Warning("{0} {1} gets no shared memory and sends bodies through its channel: {2}", _role, _processId, e.Message);
            }
        }
        Send(0, args);
    }

    internal void CloseAfterDrain() => _channel!.CloseAfterDrain();

    internal void Flush()
    {
        _flushRequested = false;
        _channel!.Flush();
    }

    // The child's loop answers: there is no work of which it could tell.
    internal void Ping(ChildProcessProtocol.Ping ping, IActorRef asker)
    {
        ping.Span?.Waited(Router.Start);
        Send(Add(asker, ping.Span ?? RequestSpan.Begin("ping", ping.TraceParent)), new Transport.Ping(0));
    }

    internal void Ask(SendToRole send, IActorRef asker)
    {
        if (contract.ToChild.Find(MessageType.RoleMessage) is null)
            asker.Tell(new Akka.Actor.Status.Failure(new InvalidMessageException(nameof(SendToRole), $"the role {_role} accepts no SendToRole; only roles that an embedder defines do")));
        else if (MessageBytes.Take(send.Payload, out var payload) is { } problem)
            asker.Tell(new Akka.Actor.Status.Failure(new InvalidMessageException(nameof(SendToRole), problem)));
        else
            Ask(send.Span ?? send.Begin(), hasWaited: send.Span is not null, new RoleMessage(send.Kind, payload), asker);
    }

    private void Ask(RequestSpan? span, bool hasWaited, in RoleMessage question, IActorRef asker)
    {
        var id = Add(asker, span);
        if (span is not null)
            Router.Announce(span, id, _channel!, hasWaited);
        Send(id, question);
    }

    private ulong Add(IActorRef asker, RequestSpan? span)
    {
        var id = _pending.Add(asker, span);
        Router.Asked = _pending.Count;
        return id;
    }

    private bool TryTake(ulong id, out PendingTable.Request request)
    {
        var found = _pending.TryTake(id, out request);
        Router.Asked = _pending.Count;
        return found;
    }

    internal void Send<T>(ulong id, in T message) where T : IWireMessage<T> => After(id, _channel!.Write(id, message));

    internal void OnPong(ulong id)
    {
        if (TryTake(id, out var request))
        {
            request.Span?.End();
            request.Asker.Tell(new ChildProcessProtocol.Pong(request.Waited));
        }
        else
        {
            log.Warning("{0} {1} answered the unknown ping {2}", _role, _processId, id);
        }
    }

    internal void OnRoleAnswer(ChildFrames.Role answer)
    {
        if (TryTake(answer.Id, out var request))
        {
            request.Span?.End();
            request.Asker.Tell(new RoleAnswer(answer.Kind, answer.Payload));
        }
        else
        {
            log.Warning("{0} {1} answered the unknown message {2}", _role, _processId, answer.Id);
        }
    }

    /// <summary>The child is ready: starts its heartbeats.</summary>
    /// <param name="child">The child.</param>
    /// <param name="start">How it was started.</param>
    internal void Begin(LaunchedChild child, ChildStart start)
    {
        _bridge!.Heartbeats = _heartbeats = new HeartbeatMonitor(self, child, settings.Child);
        Router.Open(child.Channel, child.Process.Id, child.Process.LimitHit, start, child.Process.TakeListeners, _confinement?.Summary);
    }

    /// <summary>Stops heartbeats and user frames. May be called repeatedly.</summary>
    internal void End()
    {
        Router.Close();
        _heartbeats?.Dispose();
    }

    /// <summary>Reports that the queue of frames to the child is full.</summary>
    internal void OnQueueFull() => onLimit($"It does not read its channel: the queue of {settings.Channel.MaxQueuedBytes} bytes for it is full.");

    internal void FailAll(Exception cause) => _pending.FailAll(cause);

    private void After(ulong id, WriteOutcome outcome)
    {
        switch (outcome)
        {
            case WriteOutcome.Queued when !_flushRequested:
                // The tick is queued behind the messages already in the mailbox, so that their frames share one system call. With an empty mailbox it runs at once.
                _flushRequested = true;
                self.Tell(ChildFrames.FlushTick.Instance, ActorRefs.NoSender);
                break;
            case WriteOutcome.Queued or WriteOutcome.Closed:
                // Closed: the channel's end is already on its way here and fails everything that is pending.
                break;
            case WriteOutcome.QueueFull:
                OnQueueFull();
                break;
            case WriteOutcome.TooLarge when TryTake(id, out var request):
                var refusal = new ArgumentException($"The message exceeds the frame limit of {settings.Channel.MaxBodyBytes} bytes.");
                request.Span?.Fail(refusal);
                request.Asker.Tell(new Akka.Actor.Status.Failure(refusal));
                break;
            case WriteOutcome.TooLarge:
                onLimit($"A message for it exceeds the frame limit of {settings.Channel.MaxBodyBytes} bytes.");
                break;
            default:
                throw new UnreachableException();
        }
    }
}
