namespace ActorBrowser.Interop;

/// <summary>
/// One background thread that waits for every descriptor of this process (channels, log pipes, pidfds) and calls their
/// handlers. A thousand children cost one thread; an idle child costs nothing, because nothing polls.
/// </summary>
internal sealed class Reactor
{
    private static readonly Lazy<Reactor> SharedReactor = new(static () => new Reactor());

    private readonly IReadinessQueue _queue;
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Registration> _registrations = [];
    private long _nextKey;

    private Reactor()
    {
        _queue = OperatingSystem.IsLinux() ? new EpollQueue() : new KqueueQueue();
        var thread = new Thread(Run) { IsBackground = true, Name = "ActorBrowser I/O" };
        thread.UnsafeStart();
    }

    /// <summary>The process's reactor; its thread starts on first use.</summary>
    public static Reactor Shared => SharedReactor.Value;

    /// <summary>
    /// Watches a descriptor. The registration keeps it open until disposed; the handler is called on the reactor's thread.
    /// </summary>
    /// <param name="descriptor">An open descriptor; only one registration per descriptor.</param>
    /// <param name="interest">The events to watch for.</param>
    /// <param name="handler">Called with the events. It must neither block nor throw.</param>
    public IReactorRegistration Register(SafeDescriptor descriptor, Readiness interest, IReadinessHandler handler)
    {
        var registration = new Registration(this, descriptor, handler);
        lock (_lock)
        {
            registration.Key = ++_nextKey;
            _registrations.Add(registration.Key, registration);
        }
        try
        {
            _queue.Add(descriptor.Value, interest, registration.Key);
        }
        catch
        {
            Forget(registration);
            throw;
        }
        return registration;
    }

    private void Forget(Registration registration)
    {
        lock (_lock)
            _registrations.Remove(registration.Key);
        registration.Release();
    }

    private void Run()
    {
        var events = new ReadyEvent[256];
        while (true)
        {
            var count = _queue.Wait(events);
            for (var i = 0; i < count; i++)
            {
                Registration? registration;
                lock (_lock)
                    _registrations.TryGetValue(events[i].Key, out registration);
                registration?.Invoke(events[i].Readiness);
            }
        }
    }

    private sealed class Registration : IReactorRegistration
    {
        private readonly Reactor _reactor;
        private readonly SafeDescriptor _descriptor;
        private readonly IReadinessHandler _handler;
        private readonly Lock _lock = new();
        private bool _disposed;

        internal Registration(Reactor reactor, SafeDescriptor descriptor, IReadinessHandler handler)
        {
            _reactor = reactor;
            _descriptor = descriptor;
            _handler = handler;
            var added = false;
            descriptor.DangerousAddRef(ref added);
        }

        internal long Key { get; set; }

        public void Change(Readiness interest)
        {
            lock (_lock)
            {
                if (!_disposed)
                    _reactor._queue.Change(_descriptor.Value, interest, Key);
            }
        }

        public void Dispose()
        {
            lock (_lock)
            {
                if (_disposed)
                    return;
                _disposed = true;
                _reactor._queue.Remove(_descriptor.Value);
            }
            _reactor.Forget(this);
        }

        internal void Invoke(Readiness readiness)
        {
            if (!Volatile.Read(ref _disposed))
                _handler.OnReady(readiness);
        }

        internal void Release() => _descriptor.DangerousRelease();
    }
}

/// <summary>One watched descriptor.</summary>
internal interface IReactorRegistration : IDisposable
{
    /// <summary>Changes the events to watch for. May be called on any thread; does nothing after disposal.</summary>
    /// <param name="interest">The events; <see cref="Readiness.None"/> pauses.</param>
    void Change(Readiness interest);
}
