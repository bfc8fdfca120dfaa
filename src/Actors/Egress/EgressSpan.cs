using System.Diagnostics;
using System.Net;

namespace ActorBrowser;

/// <summary>
/// The span of one connection of a command, with the spans of its steps: "resolve", "ask" and each "connect". It exists only if there is
/// a listener. Not thread-safe: the session's actor makes it.
/// </summary>
internal sealed class EgressSpan
{
    private const string ErrorType = "error.type";

    private readonly Activity _connection;
    private Activity? _step;
    private bool _ended;

    private EgressSpan(Activity connection) => _connection = connection;

    /// <summary>Begins the span.</summary>
    /// <param name="attempt">What a program asks for; a look-up of a name is no connection.</param>
    /// <param name="audience">The oldest command stands for all that share the world.</param>
    /// <returns>Null if no listener wants it.</returns>
    internal static EgressSpan? Begin(EgressAttempt attempt, EgressAudience audience) =>
        BrowserTracing.IsOn && !attempt.IsName ? BeginHeard(attempt, audience.First?.Span ?? default) : null;

    private static EgressSpan? BeginHeard(EgressAttempt attempt, in ActivityContext command)
    {
        if (BrowserTracing.Start("egress", ActivityKind.Client, command) is not { } activity)
            return null;
        activity.SetTag("server.address", attempt.Host);
        activity.SetTag("server.port", attempt.Port);
        activity.SetTag("network.transport", "tcp");
        activity.SetTag("actorbrowser.egress.protocol", attempt.Protocol.ToString());
        if (attempt.Method.Length > 0)
            activity.SetTag("http.request.method", attempt.Method);
        return new EgressSpan(activity);
    }

    /// <summary>Begins a step; the one before has succeeded.</summary>
    /// <param name="name">Its name.</param>
    internal void Begin(string name)
    {
        EndStep(null);
        _step = BrowserTracing.Start(name, ActivityKind.Internal, _connection.Context);
    }

    /// <summary>Begins to connect to an address; an attempt before has failed.</summary>
    /// <param name="address">The address.</param>
    /// <param name="port">The port.</param>
    internal void Connect(IPAddress address, int port)
    {
        Begin("connect");
        foreach (var activity in (Activity?[])[_step, _connection])
        {
            activity?.SetTag("network.type", address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? "ipv4" : "ipv6");
            activity?.SetTag("network.peer.address", address.ToString());
            activity?.SetTag("network.peer.port", port);
        }
    }

    /// <summary>Ends the current step.</summary>
    /// <param name="errorType">The kind of failure; null for none.</param>
    internal void EndStep(string? errorType)
    {
        if (_step is not { } step)
            return;
        _step = null;
        Stop(step, errorType, null);
    }

    /// <summary>Ends the span. Only the first call counts.</summary>
    /// <param name="errorType">The kind of failure; null for none.</param>
    /// <param name="message">One sentence about it.</param>
    internal void End(string? errorType = null, string? message = null)
    {
        if (_ended)
            return;
        _ended = true;
        EndStep(errorType);
        Stop(_connection, errorType, message);
    }

    private static void Stop(Activity activity, string? errorType, string? message)
    {
        if (errorType is not null)
        {
            activity.SetTag(ErrorType, errorType);
            activity.SetStatus(ActivityStatusCode.Error, message);
        }
        BrowserTracing.Stop(activity);
    }
}
