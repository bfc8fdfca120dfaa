using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>
/// A typed role as an actor: takes its messages, gives each to the least busy child, and answers each request exactly once
/// (<see cref="RoleCalls"/>); starts, spares and replaces children (<see cref="RolePool"/>). The reference stays the same whatever
/// happens to the children.
/// </summary>
internal sealed class RoleActor : UntypedActor
{
    private readonly RoleSetup _setup;
    private readonly IActorRef _self = Context.Self;
    private readonly RoleAskers _watched = new(Context);
    private readonly RolePool _pool;
    private readonly RoleSender _sender;
    private readonly RoleReceiver _receiver;
    private readonly RoleCalls _calls;
    private PoolMetrics? _metrics;
    private IActorRef? _stopper;
    private bool _restarts;

    public RoleActor(RoleSetup setup)
    {
        _setup = setup;
        var log = Context.GetLogger();
        _sender = new RoleSender(setup.Role, setup.Limits, setup.Settings.Channel, _self);
        _receiver = new RoleReceiver(setup.Role, setup.Limits, _self, log);
        _pool = new RolePool(setup, _sender, Context, Timers, log);
        _calls = new RoleCalls(setup, _pool, _sender, _watched, Timers, _self, log);
        foreach (var subscriber in Subscribers)
            _watched.Add(subscriber);
    }

    private HashSet<IActorRef> Subscribers => _setup.Memory.Subscribers;

    private ActorTimers Timers { get; } = new(Context);

    internal static Props Props(RoleSetup setup) => Akka.Actor.Props.Create(() => new RoleActor(setup));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void PreStart() => _pool.Refill();

    /// <inheritdoc/>
    // The base class stops the children, whose requests the next instance would not know.
    protected override void PreRestart(Exception reason, object message)
    {
        _restarts = true;
        if (_setup.Role.Find(message.GetType()) is not null || message is RoleCommands.Ask or RoleCommands.OpenStream)
            Sender.Tell(new Akka.Actor.Status.Failure(reason));
        base.PreRestart(reason, message);
    }

    /// <inheritdoc/>
    // Runs before a restart, too.
    protected override void PostStop()
    {
        Timers.CancelAll();
        var cause = _restarts ? new ChildLostException($"The actor of the role {_setup.Name} failed and was restarted.") : (Exception)BrowserLife.Stop();
        _pool.AbandonReload(cause, _self);
        _calls.FailAll(cause);
        _stopper?.Tell(BrowserShutdown.Drained.Instance);
        _metrics?.Show(0, 0, 0);
    }

    protected override bool AroundReceive(Receive receive, object message)
    {
        var handled = !Timers.Admits(ref message) || base.AroundReceive(receive, message);
        (_metrics ??= new PoolMetrics(_setup.Name)).Show(_pool.Count, _pool.Idle, _calls.Waiting);
        return handled;
    }

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case RoleTraffic.WorkBatch batch:
                if (_pool.TryFind(Sender, out var sender) && !sender.IsHostile)
                    OnFrames(sender, batch.Frames);
                break;
            case ChildFrames.FlushTick:
                _sender.Flush(_pool.All);
                break;
            case RoleCommands.Ask ask:
                _calls.Accept(ask, Sender);
                break;
            case RoleCommands.OpenStream open:
                _calls.Open(open, Sender);
                break;
            case RoleCommands.Consumed consumed:
                if (consumed.Sink.Call is { Child: not null, IsOver: false } streamed)
                    _sender.OnConsumed(streamed, consumed.Bytes);
                break;
            case RoleCommands.CancelCall cancel:
                _calls.Cancel(cancel.Call);
                break;
            case RoleCommands.CloseStream close:
                if (close.Sink.Call is { } closed)
                    _calls.Cancel(closed);
                break;
            case RoleCommands.ItemUnreadable item:
                if (item.Sink.Call?.Child is { } hostile && _pool.TryFind(hostile.Actor, out _))
                    RolePool.EndForViolation(hostile, item.Problem);
                break;
            case RoleCommands.AnswerRead read:
                _calls.OnRead(read);
                break;
            case RoleCommands.AnswerUnreadable unreadable:
                _calls.OnUnreadable(unreadable);
                break;
            default:
                OnLifeMessage(message);
                break;
        }
        TellIfDrained();
    }

    private void OnLifeMessage(object message)
    {
        switch (message)
        {
            case ChildReady ready:
                _pool.OnReady(ready, _self);
                _calls.Serve();
                break;
            case ChildExited exited:
                OnGone(exited.Child, exited);
                break;
            case Terminated terminated:
                OnGone(terminated.ActorRef, null);
                Unsubscribe(terminated.ActorRef);
                _calls.CancelAllOf(terminated.ActorRef);
                break;
            case RoleCalls.Sweep:
                _calls.OnSweep();
                break;
            case RolePool.RefillTick:
                _pool.OnRefill();
                break;
            case PoolHealth.Trial:
                _pool.Health.AllowTrial();
                break;
            case WorkerPool.GetPool:
                Sender.Tell(new PoolStatus(_setup.Name, _pool.Count, _pool.Busy, _pool.Idle, _calls.Waiting, _pool.Health.Problem));
                break;
            case WorkerPool.DrainChild drain:
                _pool.Drain(drain.Child);
                break;
            case RoleProtocol.Subscribe subscribe:
                if (Subscribers.Add(subscribe.Subscriber))
                    _watched.Add(subscribe.Subscriber);
                Sender.Tell(new RoleProtocol.Subscribed());
                break;
            case RoleProtocol.Unsubscribe unsubscribe:
                Unsubscribe(unsubscribe.Subscriber);
                break;
            case RoleProtocol.ReloadPlugin reload:
                OnReload(reload);
                break;
            case BrowserShutdown.Drain:
                _stopper = Sender;
                _calls.IsStopping = _pool.IsStopping = true;
                break;
            case SandboxViolated or Akka.Actor.Status:
                break;
            default:
                _calls.Accept(message, Sender, null, default);
                break;
        }
    }

    private void Unsubscribe(IActorRef subscriber)
    {
        if (Subscribers.Remove(subscriber))
            _watched.Remove(subscriber);
    }

    private void OnReload(RoleProtocol.ReloadPlugin reload)
    {
        try
        {
            if (_stopper is not null)
                throw BrowserLife.Stop();
            _pool.Reload(reload.Path is null ? null : RoleMemory.Complete(reload.Path), Sender);
        }
        catch (Exception e) when (e is InvalidMessageException or ArgumentException or IOException or BrowserStoppedException)
        {
            Sender.Tell(new Akka.Actor.Status.Failure(e is ArgumentException ? new InvalidMessageException(nameof(RoleProtocol.ReloadPlugin), e.Message) : e));
        }
    }

    private void OnGone(IActorRef actor, ChildExited? exited)
    {
        if (!_pool.Remove(actor, out var child))
            return;
        var lost = exited is null ? new ChildLostException($"The actor of a {_setup.Name} child failed.") : ChildLostException.Of(exited);
        _calls.FailAllOf(child, lost);
        if (_pool.OnGone(child, lost, exited, _self) is { } problem)
            _calls.RefuseWaiting(problem);
        _calls.Serve();
    }

    private void OnFrames(RoleChild child, IReadOnlyList<ChildFrames.UserFrame> frames)
    {
        foreach (var frame in frames)
        {
            if ((frame switch
            {
                ChildFrames.Reply { Kind: RoleReplyKind.Event } published => _receiver.OnEvent(child, published, _sender, Subscribers),
                ChildFrames.Reply reply when child.Calls.TryGetValue(reply.Id, out var call) => OnReply(child, call, reply),
                ChildFrames.TooLarge tooLarge => _calls.OnTooLarge(child, tooLarge),
                _ => $"The {_setup.Name} child sent a reply to a request that it does not have.",
            }) is { } problem)
            {
                RolePool.EndForViolation(child, problem);
                return;
            }
        }
    }

    private string? OnReply(RoleChild child, RoleCall call, ChildFrames.Reply reply)
    {
        if (_receiver.OnReply(child, call, reply, _sender, out var answer) is { } problem)
            return problem;
        if (reply.Ends)
            _calls.OnEnded(child, call, answer);
        return null;
    }

    private void TellIfDrained()
    {
        if (_stopper is not null && !_calls.Any)
            _stopper.Tell(BrowserShutdown.Drained.Instance);
    }
}
