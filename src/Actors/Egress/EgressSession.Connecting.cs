using System.Net;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <content>From a granted host to a connected socket.</content>
internal sealed partial class EgressSession
{
    private void OnResolved(EgressAttempt attempt, NameResolver.Resolved resolved)
    {
        if (resolved.Addresses.Count == 0)
            Fail(attempt, EgressFailure.Unreachable, $"{attempt.Host} could not be resolved: {VisibleText.Line(VisibleText.Shorten(resolved.Problem, 200))}.");
        else
            Connect(attempt, resolved.Addresses);
        Flush();
    }

    // Only what passes here is connected to: the name is not resolved again.
    private void Connect(EgressAttempt attempt, IReadOnlyList<IPAddress> addresses)
    {
        if (_setup.Rules.Check(attempt, addresses, out var objection) is not { Count: > 0 } checkedAddresses)
        {
            Deny(attempt, $"{attempt.Target} is not reached. {objection}.");
            return;
        }
        attempt.Span?.EndStep(null);
        attempt.Addresses = checkedAddresses;
        TryNext(attempt);
    }

    private void TryNext(EgressAttempt attempt)
    {
        if (attempt.NextAddress() is { } address)
        {
            Timers.StartSingleTimer(attempt.Key, new ConnectOverdue(attempt.Key), _setup.Settings.Egress.ConnectTimeout);
            attempt.Span?.Connect(address, attempt.Port);
            attempt.Connector = EgressConnector.Start(attempt.Key, address, attempt.Port, _self);
            return;
        }
        Timers.Cancel(attempt.Key);
        Fail(attempt, attempt.Failure, $"{attempt.Target} {attempt.WhyNot}.");
        Flush();
    }

    private void OnOutcome(EgressAttempt attempt, EgressConnector.Outcome outcome)
    {
        if (outcome.Socket is not { } socket)
        {
            attempt.Errno = outcome.Errno;
            attempt.Span?.EndStep(EgressAttempt.ErrorTypeOf(attempt.Failure));
            TryNext(attempt);
            return;
        }
        _notices.Connecting(attempt);
        if (_router is not null && HasSecret(attempt) && SecretCarrier.Divert(_secrets, attempt, ref socket) is { } problem)
        {
            socket.Dispose();
            Fail(attempt, EgressFailure.Unreachable, problem);
            Flush();
            return;
        }
        if (_router is not null)
            _router.Send(attempt.Id, default(EgressConnected), descriptors: [socket]);
        else
            socket.Dispose();
        if (!attempt.WasGranted)
            _notices.Allow(attempt.Subject, attempt.Rule!);
        EgressMetrics.Ended(EgressMetrics.Connected);
        attempt.Span?.End();
        End(attempt);
        Flush();
    }

    // Programs end their TLS for this host in the secrets child. Plain HTTP has no secret.
    private bool HasSecret(EgressAttempt attempt) => _setup.Secrets is { } secrets && attempt.Protocol != EgressProtocol.Http && secrets.Cover(attempt.Host, attempt.Port);
}
