using Akka.Actor;
using Akka.Event;
using static ActorBrowser.PermissionProtocol;

namespace ActorBrowser.Agents;

/// <summary>Asks the permission broker once, and lets the person at the client decide if there is one; the embedder's policy may decide as well.</summary>
internal sealed class GrantQuestion : OneCallActor
{
    private readonly IActorRef _browser;
    private readonly AskPermission _ask;
    private readonly Func<PermissionRequested, CancellationToken, ValueTask<bool?>> _person;
    private readonly bool _isPersonOnly;
    private readonly TaskCompletionSource<PermissionAnswer> _done;
    private readonly CancellationTokenSource _end = new();

    public GrantQuestion(IActorRef browser, AskPermission ask, Func<PermissionRequested, CancellationToken, ValueTask<bool?>> person, bool isPersonOnly, TaskCompletionSource<PermissionAnswer> done)
    {
        (_browser, _person, _isPersonOnly, _done) = (browser, person, isPersonOnly, done);
        _ask = ask with { ReplyTo = Self };
    }

    internal static Props Props(IActorRef browser, AskPermission ask, Func<PermissionRequested, CancellationToken, ValueTask<bool?>> person, bool isPersonOnly, TaskCompletionSource<PermissionAnswer> done) =>
        Akka.Actor.Props.Create(() => new GrantQuestion(browser, ask, person, isPersonOnly, done));

    protected override void PreStart()
    {
        Context.Watch(_browser);
        Context.System.EventStream.Subscribe(Self, typeof(PermissionRequested));
        _browser.Tell(_ask);
    }

    protected override void PostStop()
    {
        _end.Cancel();
        Context.System.EventStream.Unsubscribe(Self);
        if (!_done.Task.IsCompleted)
            _browser.Tell(new AbandonPermission(_ask.Key, Self), ActorRefs.NoSender);
        _done.TrySetException(BrowserLife.Stop());
    }

    protected override void Fail(Exception reason) => _done.TrySetException(new InvalidOperationException($"The question's actor failed: {reason.Message}", reason));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case PermissionRequested requested when requested.Session == _ask.Session:
                _ = AskPersonAsync(requested, Self);
                break;
            case PersonSaid { Allowed: { } allowed } said:
                _browser.Tell(new Decide(said.Question, allowed ? PermissionDecision.AllowForSession : PermissionDecision.Deny, allowed ? null : "The person at the client has declined.", "the person at the client"));
                break;
            case PersonSaid said when _isPersonOnly:
                _browser.Tell(new Decide(said.Question, PermissionDecision.Deny, "The client could not ask its user.", "the client"));
                break;
            case PermissionAnswer answer:
                _done.TrySetResult(answer);
                Context.Stop(Self);
                break;
            case Terminated:
                Context.Stop(Self);
                break;
            case PermissionRequested or PersonSaid or Decided:
                // Another's question; or nobody could be asked, and the deadline or the policy decides.
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private async Task AskPersonAsync(PermissionRequested requested, IActorRef self)
    {
        bool? allowed;
        try
        {
            allowed = await _person(requested, _end.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ModelContextProtocol.McpException or InvalidOperationException)
        {
            // The client has refused to ask, or is gone.
            allowed = null;
        }
        self.Tell(new PersonSaid(requested.Id, allowed), ActorRefs.NoSender);
    }

    private sealed record PersonSaid(long Question, bool? Allowed) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
