using System.Net;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>One request of a command's program for a connection, from the question to the answer.</summary>
/// <param name="key">This process's number for it.</param>
/// <param name="id">The egress child's number for it.</param>
/// <param name="host">A name in ASCII and lower case, or an address without brackets.</param>
/// <param name="address">The host, if it is an address.</param>
/// <param name="asked">What the child has asked.</param>
internal sealed class EgressAttempt(long key, ulong id, string host, IPAddress? address, EgressConnect asked) : IEgressQuestion, IDisposable
{
    private IReadOnlyList<IPAddress> _addresses = [];
    private int _next;

    public long Key => key;

    public ulong Id => id;

    internal string Host => host;

    internal IPAddress? Address => address;

    internal int Port => asked.Port;

    internal string Method => asked.Method;

    internal EgressProtocol Protocol => (EgressProtocol)asked.Kind;

    internal bool IsName => asked.Kind == EgressKind.Name;

    /// <summary>The rule that grants it; null while none does.</summary>
    internal EgressRule? Rule { get; set; }

    /// <summary>Whether somebody is being asked.</summary>
    internal bool IsAsked { get; set; }

    /// <summary>Whether somebody has granted it.</summary>
    internal bool WasGranted { get; set; }

    /// <summary>The attempt to connect that runs; null for none.</summary>
    internal EgressConnector? Connector { get; set; }

    /// <summary>The errno of the last address that was tried; 0 for none.</summary>
    internal int Errno { get; set; }

    /// <summary>Its span; null for none.</summary>
    internal EgressSpan? Span { get; set; }

    /// <summary>What somebody is asked about.</summary>
    internal PermissionSubject.Egress Subject => new(host, asked.Port, Protocol);

    /// <summary>What it is, in a sentence.</summary>
    internal string Description => IsName ? host : Method.Length > 0 ? $"{Method} http://{Target}" : Target;

    /// <summary>Why it is refused, and how to grant it.</summary>
    internal string NoRule(EgressRules rules)
    {
        var rule = EgressAdvice.For(this, rules);
        return $"No rule grants {Description}; to grant it, add '{rule}' to Spawn.Egress (exec --allow-host '{rule}') or to egress.allow of the profile.";
    }

    /// <summary>Somebody's denial, as a sentence.</summary>
    internal string DenialWith(string sentence) => $"{Description} was denied{(sentence.Length == 0 ? "." : $": {sentence}")}";

    /// <summary>How connecting failed.</summary>
    internal EgressFailure Failure => Errno switch
    {
        Interop.Errno.ConnectionRefused => EgressFailure.Refused,
        Interop.Errno.TimedOut => EgressFailure.TimedOut,
        _ => EgressFailure.Unreachable,
    };

    /// <summary>A failure in a span.</summary>
    internal static string ErrorTypeOf(EgressFailure failure) => failure switch
    {
        EgressFailure.Denied => "denied",
        EgressFailure.Refused => "refused",
        EgressFailure.TimedOut => "timed_out",
        _ => "unreachable",
    };

    /// <summary>The same as a phrase.</summary>
    internal string WhyNot => Failure switch
    {
        EgressFailure.Refused => "refused the connection",
        EgressFailure.TimedOut => "did not answer in time",
        _ => $"is not reachable ({new Interop.SystemCallException("connect", Errno).Message})",
    };

    /// <summary>The host as in a URL.</summary>
    internal string BracketedHost => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;

    internal string Target => $"{BracketedHost}:{asked.Port}";

    /// <summary>The addresses to try, all of them checked.</summary>
    internal IReadOnlyList<IPAddress> Addresses
    {
        set => (_addresses, _next) = (value, 0);
    }

    internal IPAddress? NextAddress() => _next < _addresses.Count ? _addresses[_next++] : null;

    public void Dispose()
    {
        Connector?.Dispose();
        // Unless it has ended otherwise: the program, or the egress child, is gone.
        Span?.End("abandoned");
    }
}
