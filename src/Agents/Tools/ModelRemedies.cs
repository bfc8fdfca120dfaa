using System.Text.RegularExpressions;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.Agents;

/// <summary>The library's sentences tell a programmer what to do; a model is told what it can do, and what a person can.</summary>
internal static partial class ModelRemedies
{
    private const string NotInSession = ", which this session may not reach: only public addresses. A person can restart the server with --private-addresses.";
    private const string ToReachIt = ": a grant for a name does not reach it. Use the address in the command and call request_permission with host {address}, or have a person restart the server with --allow-host 'NAME:PORT private'";

    /// <summary>The same sentences with remedies for a model.</summary>
    internal static string In(string sentences) => ByName().Replace(
        NoRule().Replace(sentences.Replace(AddressPolicy.NotForPages, NotInSession, StringComparison.Ordinal), static found => Remedy(found)),
        static found => $"The address {found.Groups["address"].Value} {found.Groups["kind"].Value}{ToReachIt.Replace("{address}", found.Groups["address"].Value, StringComparison.Ordinal)}");

    private static string Remedy(Match found)
    {
        var (host, port, rule) = (found.Groups["host"].Value, found.Groups["port"].Value, found.Groups["rule"].Value);
        var target = port.Length > 0 ? $"{host}:{port}" : host;
        var ask = rule.EndsWith(" private", StringComparison.Ordinal)
            ? "use the host's address in the command and call request_permission with it"
            : $"call request_permission with host {host.Trim('[', ']')} and {(port.Length > 0 ? $"port {port}" : "its port")}";
        return $"No rule grants {found.Groups["method"].Value}{target}; to reach it, {ask}, or have a person restart the server with --allow-host '{rule}'.";
    }

    // EgressAttempt.NoRule.
    [GeneratedRegex(@"No rule grants (?<method>\S+ http://)?(?<host>\[[0-9a-f:.]+\]|[^\s:;]+)(:(?<port>[0-9]+))?; to grant it, add '(?<rule>[^']+)' to Spawn\.Egress \(exec --allow-host '[^']+'\) or to egress\.allow of the profile\.")]
    private static partial Regex NoRule();

    // EgressRules.ToReachIt.
    [GeneratedRegex(@"The address (?<address>[0-9a-f:.]+) (?<kind>is [^;]+)" + EgressRules.ToReachIt)]
    private static partial Regex ByName();
}
