using System.Net;
using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>
/// Resolves names in the resolver child, which is started by the first question. Each question has one answer; a lost child, or one
/// that is too slow, answers with a problem.
/// </summary>
internal sealed class NameResolver(ActorBrowserSettings settings, IChildLauncher launcher) : UntypedActor
{
    private const int MostWaiting = 4096;

    private readonly Dictionary<ulong, Resolve> _open = [];
    private readonly List<ulong> _unsent = [];
    private IActorRef _supervisor = ActorRefs.Nobody;
    private ChildRouter? _router;
    private ulong _lastId;

    private ActorTimers Timers { get; } = new(Context);

    internal static Props Props(ActorBrowserSettings settings, IChildLauncher launcher) => Akka.Actor.Props.Create(() => new NameResolver(settings, launcher));

    protected override bool AroundReceive(Receive receive, object message) => !Timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void PostStop()
    {
        Timers.CancelAll();
        FailAll("the resolver was stopped");
    }

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case Resolve resolve:
                OnResolve(resolve);
                break;
            case RoleTraffic.WorkBatch batch:
                foreach (var frame in batch.Frames)
                    OnFrame(frame);
                break;
            case Overdue overdue:
                Answer(overdue.Id, new Resolved(0, [], $"no name server answered within {settings.Egress.ResolveTimeout.TotalSeconds:0.###} s"));
                break;
            case ChildSupervisor.Up up:
                _router = up.Router;
                foreach (var id in _unsent)
                    Send(id);
                _unsent.Clear();
                break;
            case ChildSupervisor.Down down:
                _router = null;
                FailAll(down.GivenUp ?? $"the resolver was lost: {down.Message}");
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnResolve(Resolve resolve)
    {
        if (_supervisor.IsNobody())
        {
            _supervisor = Context.ActorOf(ChildSupervisor.Props(ResolverContract.Name, settings, static () => [], launcher), "process");
            _supervisor.Tell(new ChildSupervisor.Attach(Self));
        }
        if (_open.Count >= MostWaiting)
        {
            resolve.Asker.Tell(new Resolved(resolve.Key, [], $"{MostWaiting} names are being resolved"));
            return;
        }
        var id = ++_lastId;
        _open.Add(id, resolve);
        Timers.StartSingleTimer(id, new Overdue(id), settings.Egress.ResolveTimeout);
        if (_router is not null)
        {
            Send(id);
            return;
        }
        _unsent.Add(id);
        _supervisor.Tell(ChildSupervisor.EnsureStarted.Instance);
    }

    private void Send(ulong id)
    {
        if (!_open.TryGetValue(id, out var resolve))
            return;
        _router!.Send(id, new ResolveName(resolve.Host));
        _router.Flush();
    }

    private void OnFrame(ChildFrames.UserFrame frame)
    {
        if (frame is not ChildFrames.NameFound found)
            return;
        // Late answers are dropped; the child cannot know that nobody waits any more.
        Answer(found.Id, new Resolved(0, found.Value.Addresses, found.Value.Problem));
    }

    private void Answer(ulong id, Resolved resolved)
    {
        if (!_open.Remove(id, out var resolve))
            return;
        Timers.Cancel(id);
        resolve.Asker.Tell(resolved with { Key = resolve.Key });
    }

    private void FailAll(string problem)
    {
        foreach (var id in _open.Keys.ToArray())
            Answer(id, new Resolved(0, [], problem));
        _unsent.Clear();
    }

    /// <summary>Asks for a name's addresses.</summary>
    internal sealed record Resolve(long Key, string Host, IActorRef Asker) : INoSerializationVerificationNeeded;

    /// <summary>The answer.</summary>
    /// <param name="Key">From <see cref="Resolve"/>.</param>
    /// <param name="Addresses">Empty if there are none.</param>
    /// <param name="Problem">Why there are none; empty if there are some.</param>
    internal sealed record Resolved(long Key, IReadOnlyList<IPAddress> Addresses, string Problem) : INoSerializationVerificationNeeded;

    private sealed record Overdue(ulong Id);
}
