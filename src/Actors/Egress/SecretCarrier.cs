using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// Hands connections to the secrets child of one command. Until that is up they wait; if it is lost, its connections end, and the
/// next child carries the next ones.
/// </summary>
internal sealed class SecretCarrier : UntypedActor
{
    private const int MostSentences = 100;

    private readonly EgressSetup _setup;
    private readonly EgressNotices _notices;
    private readonly List<Carry> _waiting = [];
    // A program can make a connection fail as often as it likes.
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private ChildRouter? _router;
    private string? _givenUp;
    private ulong _lastId;

    public SecretCarrier(EgressSetup setup, EgressNotices notices) => (_setup, _notices) = (setup, notices);

    internal static Props Props(EgressSetup setup, EgressNotices notices) => Akka.Actor.Props.Create(() => new SecretCarrier(setup, notices));

    // Begins at once: the child is up when the command's first program connects.
    protected override void PreStart()
    {
        var settings = _setup.Settings;
        var args = SecretsContract.WriteArgs(new SecretsArgs(settings.Egress.RequestTimeout, settings.Egress.IdleTimeout, settings.Network.ReadTrusted(), _setup.Secrets!.Hosts));
        var supervisor = Context.ActorOf(ChildSupervisor.Props(SecretsContract.Name, settings, () => args, _setup.Launcher), "process");
        supervisor.Tell(new ChildSupervisor.Attach(Self));
        supervisor.Tell(ChildSupervisor.EnsureStarted.Instance);
    }

    protected override void PostStop() => CloseWaiting();

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case Carry carry when _givenUp is not null:
                carry.CloseUntaken();
                break;
            case Carry carry:
                _waiting.Add(carry);
                SendWaiting();
                break;
            case RoleTraffic.WorkBatch batch:
                foreach (var frame in batch.Frames)
                {
                    if (frame is not ChildFrames.SecretFailed failed)
                        continue;
                    Tell(VisibleText.Line(VisibleText.Shorten(failed.Value.Sentence, 500)));
                    // Only now the program hears of it: otherwise the command's exit could come first.
                    _router?.Send(failed.Id, default(SecretNoted));
                }
                _router?.Flush();
                break;
            case ChildSupervisor.Up up:
                (_router, _givenUp, _lastId) = (up.Router, null, 0);
                SendWaiting();
                break;
            case ChildSupervisor.Down down:
                _router = null;
                _givenUp = down.GivenUp;
                if (down.GivenUp is not null)
                    CloseWaiting();
                Tell($"The process that puts in the secrets of this command was lost, with its connections: {down.GivenUp ?? down.Message}");
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>Puts the secrets child between a program and the host.</summary>
    /// <param name="carrier">The actor.</param>
    /// <param name="attempt">What was granted.</param>
    /// <param name="socket">Connected to the host; becomes the program's side.</param>
    /// <returns>Null, or why it is not possible; the socket is then unchanged.</returns>
    internal static string? Divert(IActorRef carrier, EgressAttempt attempt, ref SafeDescriptor socket)
    {
        try
        {
            var (program, carried) = UnixSocket.CreatePair();
            DescriptorFlags.SetNonBlocking(program);
            DescriptorFlags.SetNonBlocking(carried);
            carrier.Tell(new Carry(attempt.Host, attempt.Port, carried, socket), ActorRefs.NoSender);
            socket = program;
            return null;
        }
        catch (SystemCallException e)
        {
            return $"{attempt.Target} is not reached: {e.Message}.";
        }
    }

    private void SendWaiting()
    {
        if (_router is not { } router)
            return;
        foreach (var carry in _waiting)
            router.Send(++_lastId, new SecretConnection(carry.Host, carry.Port), descriptors: [carry.Program, carry.Target]);
        _waiting.Clear();
        router.Flush();
    }

    private void CloseWaiting()
    {
        foreach (var carry in _waiting)
            carry.CloseUntaken();
        _waiting.Clear();
    }

    private void Tell(string sentence)
    {
        if (_told.Count < MostSentences && _told.Add(sentence))
            _notices.Tell(sentence);
    }

    /// <summary>Carries a connection.</summary>
    /// <param name="Host">A host that a secret is for.</param>
    /// <param name="Port">Its port.</param>
    /// <param name="Program">The program's side.</param>
    /// <param name="Target">Connected to the host.</param>
    internal sealed record Carry(string Host, int Port, SafeDescriptor Program, SafeDescriptor Target) : INoSerializationVerificationNeeded, IDeadLetterSuppression, ChildFrames.ICarriesDescriptor
    {
        /// <inheritdoc/>
        public void CloseUntaken()
        {
            Program.Dispose();
            Target.Dispose();
        }
    }
}
