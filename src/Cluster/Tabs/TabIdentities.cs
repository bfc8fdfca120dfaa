using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>
/// The identities of the tabs that live on this node: one <see cref="NetworkIdentity"/> for each name, as long as a tab uses it. An
/// identity's actor that fails takes its tabs with it, which begin anew; the others are not affected.
/// </summary>
internal sealed class TabIdentities : UntypedActor
{
    private readonly Dictionary<string, Known> _byName = [];
    private readonly HashSet<string> _left = new(StringComparer.Ordinal);
    private readonly ITabStore _store;
    private readonly int _most;
    private int _counted;

    public TabIdentities(ITabStore store, int most) => (_store, _most) = (store, most);

    /// <summary>From a tab: the identity of this name. Answered by <see cref="IdentityIs"/>, once its cookies are there.</summary>
    internal sealed record Want(string Name) : INoSerializationVerificationNeeded
    {
        /// <summary>Whether this node knows as many others as it may; set here alone.</summary>
        internal bool IsBeyond { get; init; }
    }

    /// <summary>The identity, and its actor.</summary>
    /// <param name="Identity">The identity.</param>
    /// <param name="Actor">Its actor.</param>
    /// <param name="IsBeyond">Whether it is new, and this node knows as many as it may: it gets no new tab.</param>
    internal sealed record IdentityIs(NetworkIdentity Identity, IActorRef Actor, bool IsBeyond) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>From an identity's actor: no tab uses it, and all is kept. It has had so many requests.</summary>
    internal sealed record Unused(string Name, int Wants, bool HasCookies) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    internal static Props Props(ITabStore store, int most) => Akka.Actor.Props.Create(() => new TabIdentities(store, most));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void OnReceive(object message)
    {
        try
        {
            if (Entry.Admits(message, Sender))
                OnAdmitted(message);
        }
        catch (Exception e)
        {
            // A restart would restart every identity, and their tabs would have other cookies than they keep.
            Context.GetLogger().Error(e, "A {0} could not be handled", message.GetType().Name);
        }
    }

    private void OnAdmitted(object message)
    {
        switch (message)
        {
            case Want want:
                if (!_byName.TryGetValue(want.Name, out var entry))
                    _byName.Add(want.Name, entry = new Known(Context.Watch(Context.ActorOf(TabIdentity.Props(want.Name, _store)))));
                entry.Wants++;
                Count(want.Name, entry);
                entry.Actor.Forward(new Want(want.Name) { IsBeyond = !entry.IsCounted });
                break;
            case Unused unused when _byName.TryGetValue(unused.Name, out var idle) && idle.Actor.Equals(Sender) && idle.Wants == unused.Wants:
                Remove(unused.Name);
                if (unused.HasCookies)
                    _left.Add(unused.Name);
                Context.Stop(Sender);
                break;
            case Unused:
                // Wanted again meanwhile.
                break;
            case Terminated terminated:
                if (_byName.FirstOrDefault(pair => pair.Value.Actor.Equals(terminated.ActorRef)).Key is { } name)
                    Remove(name);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // Also one whose tabs are closed counts, as long as its cookies are kept.
    private void Count(string name, Known known)
    {
        if (known.IsCounted || (!_left.Remove(name) && _counted + _left.Count >= _most))
            return;
        known.IsCounted = true;
        _counted++;
    }

    private void Remove(string name)
    {
        if (_byName.Remove(name, out var known) && known.IsCounted)
            _counted--;
    }

    private sealed class Known(IActorRef actor)
    {
        internal IActorRef Actor { get; } = actor;

        internal int Wants { get; set; }

        internal bool IsCounted { get; set; }
    }
}

/// <summary>One identity on the node where its tabs live: reads its cookies when it is first wanted, and keeps them after each change.</summary>
internal sealed class TabIdentity : UntypedActor
{
    private readonly NetworkIdentity _identity = new();
    private readonly string _name;
    private readonly ITabStore _store;
    private readonly IActorRef _keeper;
    private readonly HashSet<IActorRef> _users = [];
    private readonly List<(IActorRef User, bool IsBeyond)> _waiting = [];
    private readonly List<(long Number, IActorRef Asker)> _flushing = [];
    private bool _isLoaded;
    private bool _wasKept;
    private bool _hasCookies;
    private int _wants;
    private long _saved;
    private long _last;
    private int _left;
    private int _isTold;

    public TabIdentity(string name, ITabStore store)
    {
        (_name, _store) = (name, store);
        _keeper = Context.Watch(Context.ActorOf(store.KeeperOf($"identity/{name}")));
        var self = Self;
        // On the thread of whoever changes the cookies; once, until they are read.
        _identity.CookiesChanged = () =>
        {
            if (Interlocked.Exchange(ref _isTold, 1) == 0)
                self.Tell(Changed.Instance, ActorRefs.NoSender);
        };
    }

    /// <summary>Answer <see cref="Flushed"/> once all cookies are kept.</summary>
    internal sealed class Flush : INoSerializationVerificationNeeded
    {
        internal static readonly Flush Instance = new();
    }

    /// <summary>The answer to <see cref="Flush"/>.</summary>
    internal sealed class Flushed : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly Flushed Instance = new();
    }

    /// <summary>Forget the cookies. Answered by <see cref="Flushed"/>.</summary>
    internal sealed class Forget : INoSerializationVerificationNeeded
    {
        internal static readonly Forget Instance = new();
    }

    internal static Props Props(string name, ITabStore store) => Akka.Actor.Props.Create(() => new TabIdentity(name, store));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void PostStop() => _identity.CookiesChanged = null;

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case TabKeeper.Loaded loaded when !_isLoaded:
                OnLoaded(loaded.State);
                break;
            case TabIdentities.Want want:
                _wants++;
                if (_users.Add(Sender))
                    Context.Watch(Sender);
                if (_isLoaded)
                    Tell(Sender, want.IsBeyond);
                else
                    _waiting.Add((Sender, want.IsBeyond));
                break;
            case Changed:
                Interlocked.Exchange(ref _isTold, 0);
                SaveCookies();
                break;
            case Flush:
                _flushing.Add((_last, Sender));
                TellFlushed();
                break;
            case Forget:
                _identity.Import(CookieFileText.Write([]));
                _hasCookies = false;
                _keeper.Tell(new TabKeeper.Save(++_last, null));
                _flushing.Add((_last, Sender));
                break;
            case TabKeeper.Saved saved:
                _saved = saved.Number;
                TellFlushed();
                break;
            case Terminated terminated when terminated.ActorRef.Equals(_keeper):
                // It has failed, and says why in the log, or the node stops. The identity's tabs begin anew.
                Context.Stop(Self);
                break;
            case Terminated terminated:
                _users.Remove(terminated.ActorRef);
                TellFlushed();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnLoaded(ReadOnlyMemory<byte>? state)
    {
        _isLoaded = true;
        _hasCookies = _wasKept = state is not null;
        if (state is { } bytes && Read(bytes) is { } problem)
            Context.GetLogger().Error("What is kept of the identity {0} cannot be read; it begins without cookies: {1}", _name, problem);
        foreach (var (user, isBeyond) in _waiting)
            Tell(user, isBeyond);
        _waiting.Clear();
        TellFlushed();
    }

    private void Tell(IActorRef user, bool isBeyond) => user.Tell(new TabIdentities.IdentityIs(_identity, Self, isBeyond && !_wasKept));

    private string? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return _identity.Import(KeptCookies.Lengthen(bytes));
        }
        catch (WireFormatException e)
        {
            return e.Message;
        }
    }

    private void SaveCookies()
    {
        var bytes = _identity.Export(KeptCookies.Shorten, _store.MostBytes, out var left);
        if (left > 0 && _left == 0)
            Context.GetLogger().Warning("The identity {0} has more cookies than are kept ({1} bytes, compressed): the {2} least used would be lost with this node", _name, _store.MostBytes, left);
        _left = left;
        _hasCookies = true;
        _keeper.Tell(new TabKeeper.Save(++_last, bytes));
    }

    private void TellFlushed()
    {
        foreach (var (_, asker) in _flushing.Where(one => one.Number <= _saved))
            asker.Tell(Flushed.Instance);
        _flushing.RemoveAll(one => one.Number <= _saved);
        if (_users.Count == 0 && _saved == _last && _isLoaded)
            Context.Parent.Tell(new TabIdentities.Unused(_name, _wants, _hasCookies));
    }

    private sealed class Changed : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly Changed Instance = new();
    }
}
