using System.Net;
using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>Whom the rules let a command reach.</summary>
/// <param name="Rule">The rule that decided; null if none matches.</param>
internal readonly record struct EgressVerdict(EgressRule? Rule)
{
    internal bool IsGranted => Rule is { Denies: false };

    internal bool IsDenied => Rule is { Denies: true };
}

/// <summary>The rules of a command's egress. A rule that denies wins; what no rule grants is refused, or asked about.</summary>
internal sealed class EgressRules
{
    /// <summary>The most rules of a command, and the most ports on which programs without a proxy are served.</summary>
    internal const int Most = 1000, MostPorts = 64;

    /// <summary>The end of the sentence about an address that a rule for its name does not reach.</summary>
    internal const string ToReachIt = "; to reach it, write 'private' after the rule for the name, or a rule for the address";

    // No rule makes these reachable: no server has such an address.
    private static readonly IPNetwork[] NobodysNetworks =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("203.0.113.0/24"), IPNetwork.Parse("224.0.0.0/3"),
        IPNetwork.Parse("::/128"), IPNetwork.Parse("100::/64"), IPNetwork.Parse("100:0:0:1::/64"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("3fff::/20"), IPNetwork.Parse("ff00::/8"),
    ];

    private const int MostListed = 3;

    // What a rule without a port most often means.
    private static readonly int[] CommonPorts = [22, 80, 443];

    // Services that hand out a machine's credentials, at addresses that look like others: Azure, Alibaba, AWS, Oracle.
    private static readonly IPAddress[] Metadata =
        [IPAddress.Parse("168.63.129.16"), IPAddress.Parse("100.100.100.200"), IPAddress.Parse("fd00:ec2::254"), IPAddress.Parse("192.0.0.192")];

    // The same, at addresses that are not public anyway: most clouds; containers of AWS.
    private static readonly IPAddress[] LinkLocalMetadata = [IPAddress.Parse("169.254.169.254"), IPAddress.Parse("169.254.170.2")];

    private static readonly IPNetwork[] PrivateNetworks =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("100.64.0.0/10"),
        IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128"), IPNetwork.Parse("fc00::/7"),
    ];

    private readonly EgressRule[] _denying;
    private readonly EgressRule[] _granting;

    private EgressRules(IEnumerable<EgressRule> rules)
    {
        EgressRule[] all = [.. rules];
        _denying = [.. all.Where(static rule => rule.Denies)];
        _granting = [.. all.Where(static rule => !rule.Denies)];
        IsEmpty = _granting.Length == 0;
    }

    /// <summary>Whether they grant nothing.</summary>
    internal bool IsEmpty { get; }

    /// <summary>Reads rules that were checked before.</summary>
    internal static EgressRules Of(IEnumerable<string> texts) => new(texts.Select(static text => EgressRule.TryParse(text, out var rule, out var problem) ? rule : throw new ArgumentException(problem)));

    /// <summary>Null, or what is wrong with rules.</summary>
    internal static string? Problem(IReadOnlyList<string> texts)
    {
        if (texts.Count > Most)
            return $"There are {texts.Count} egress rules; at most {Most} are allowed.";
        var ports = new HashSet<int>();
        foreach (var text in texts)
        {
            if (text is null)
                return "An egress rule is null.";
            if (!EgressRule.TryParse(text, out var rule, out var problem))
                return problem;
            ports.UnionWith(rule.Denies ? [] : SinglePorts(rule));
        }
        return ports.Count > MostPorts ? $"The egress rules name {ports.Count} ports; at most {MostPorts} are allowed. Write a range, or :* for all ports; they serve programs that use a proxy." : null;
    }

    /// <summary>The ports on which programs that know no proxy are served.</summary>
    internal IEnumerable<int> Ports => CommonPorts.Concat(_granting.SelectMany(SinglePorts)).Distinct().Take(MostPorts + CommonPorts.Length);

    /// <summary>Finds the rule that decides about a request.</summary>
    /// <param name="host">A name in ASCII and lower case, or an address.</param>
    /// <param name="address">The host, if it is an address.</param>
    /// <param name="port">0 for a name query.</param>
    /// <param name="method">The method of an HTTP request; empty if it is not known.</param>
    internal EgressVerdict Find(string host, IPAddress? address, int port, string method) => new(
        Array.Find(_denying, rule => rule.Matches(host, address, port, method)) ?? Array.Find(_granting, rule => rule.Matches(host, address, port, method)));

    /// <summary>The rules that grant something of a host, of whichever port and method.</summary>
    internal IEnumerable<EgressRule> Granting(string host, IPAddress? address) => _granting.Where(rule => rule.MatchesHost(host, address));

    /// <summary>Whether a cloud's metadata service is at this address.</summary>
    internal static bool IsMetadata(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return Metadata.Contains(address) || LinkLocalMetadata.Contains(address);
    }

    /// <summary>Null, or why a granted host's address may not be connected to: completes "The address …".</summary>
    /// <param name="address">An address of the host.</param>
    /// <param name="rule">The rule that grants the host; null if somebody did.</param>
    /// <param name="isNamed">Whether somebody was asked about this very address.</param>
    /// <param name="port">The port.</param>
    /// <param name="method">The method of an HTTP request.</param>
    internal string? Objection(IPAddress address, EgressRule? rule, bool isNamed, int port, string method)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (Array.Find(_denying, denying => denying.Names(address, port, method)) is { } denied)
            return $"is denied by the rule '{denied.Text}'";
        if (isNamed || Array.Exists(_granting, granting => granting.Names(address, port, method)))
            return null;
        if (Metadata.Contains(address))
            return "is that of a cloud's metadata service; only a rule that names the address reaches it";
        var verdict = AddressPolicy.Classify(address);
        if (verdict.Block is not { } block)
            return null;
        var isPrivate = Array.Exists(PrivateNetworks, network => network.Contains(address));
        return rule is { IsPrivate: true } && isPrivate ? null : $"{AddressPolicy.Describe(block)}{RemedyFor(address, isPrivate)}";
    }

    // What 'private' after a name reaches, what only a rule for the address does, and what nothing does.
    private static string RemedyFor(IPAddress address, bool isPrivate) =>
        isPrivate ? ToReachIt
        : Array.Exists(NobodysNetworks, network => network.Contains(address)) ? ", which no server has: check the name's entry, or whether the machine's resolver blocks the name"
        : "; only a rule for the address reaches it";

    /// <summary>The addresses of a granted host that may be connected to.</summary>
    /// <param name="attempt">What was granted.</param>
    /// <param name="addresses">The host's addresses.</param>
    /// <param name="objection">Why the others may not; at most three of them.</param>
    internal List<IPAddress> Check(EgressAttempt attempt, IReadOnlyList<IPAddress> addresses, out string objection)
    {
        var isNamed = attempt is { WasGranted: true, Address: not null };
        var checkedAddresses = new List<IPAddress>();
        var objections = new List<string>();
        foreach (var address in addresses)
        {
            if (Objection(address, attempt.Rule, isNamed, attempt.Port, attempt.Method) is { } sentence)
                objections.Add($"The address {address} {sentence}");
            else
                checkedAddresses.Add(address);
        }
        objection = string.Join(". ", objections.Take(MostListed));
        return checkedAddresses;
    }

    // A range is for programs that use a proxy: a socket for each port would be too much.
    private static IEnumerable<int> SinglePorts(EgressRule rule) => rule.Ports.Where(static range => range.First == range.Last).Select(static range => range.First);
}
