using System.Net;
using ActorBrowser.Interop;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>Connects to one address without a thread that waits, and tells an actor of the outcome once.</summary>
internal sealed class EgressConnector : IReadinessHandler, IDisposable
{
    private readonly long _key;
    private readonly IActorRef _asker;
    private readonly Lock _lock = new();
    private SafeDescriptor? _socket;
    private IReactorRegistration? _registration;

    private EgressConnector(long key, IActorRef asker) => (_key, _asker) = (key, asker);

    /// <summary>Begins to connect.</summary>
    /// <param name="key">Returned with the outcome.</param>
    /// <param name="address">The address.</param>
    /// <param name="port">The port.</param>
    /// <param name="asker">Gets <see cref="Outcome"/>.</param>
    internal static EgressConnector Start(long key, IPAddress address, int port, IActorRef asker)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("On Windows a child connects itself: no socket can be sent to it.");
        var connector = new EgressConnector(key, asker);
        connector.Begin(address, port);
        return connector;
    }

    public void OnReady(Readiness readiness)
    {
        lock (_lock)
        {
            if (_socket is not { } socket)
                return;
            _registration?.Dispose();
            _socket = null;
            var errno = InternetSocket.TakeError(socket);
            if (errno != 0)
                socket.Dispose();
            _asker.Tell(new Outcome(_key, errno == 0 ? socket : null, errno), ActorRefs.NoSender);
        }
    }

    /// <summary>Gives up; there is no outcome, unless it is on its way.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _registration?.Dispose();
            _socket?.Dispose();
            _socket = null;
        }
    }

    private void Begin(IPAddress address, int port)
    {
        lock (_lock)
        {
            var errno = InternetSocket.BeginConnect(address, port, out _socket);
            if (errno != 0)
                _asker.Tell(new Outcome(_key, null, errno), ActorRefs.NoSender);
            else
                Watch(_socket!);
        }
    }

    private void Watch(SafeDescriptor socket)
    {
        try
        {
            _registration = Reactor.Shared.Register(socket, Readiness.Writable, this);
        }
        catch (SystemCallException e)
        {
            // The user may watch no more descriptors.
            _socket = null;
            socket.Dispose();
            _asker.Tell(new Outcome(_key, null, e.Errno), ActorRefs.NoSender);
        }
    }

    /// <summary>The end of an attempt.</summary>
    /// <param name="Key">From <see cref="Start"/>.</param>
    /// <param name="Socket">Connected, owned by the receiver; null if it failed.</param>
    /// <param name="Errno">Why it failed; 0 if not.</param>
    internal sealed record Outcome(long Key, SafeDescriptor? Socket, int Errno) : INoSerializationVerificationNeeded, IDeadLetterSuppression, ChildFrames.ICarriesDescriptor
    {
        /// <inheritdoc/>
        public void CloseUntaken() => Socket?.Dispose();
    }
}
