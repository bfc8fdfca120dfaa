using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>
/// The public suffix list: names under which anyone may register, so that no cookie is shared across them. The file holds
/// publicsuffix.org's rules and their date; <c>eng/public-suffixes</c> generates it from a newer list.
/// </summary>
internal sealed class PublicSuffixes
{
    private static readonly Lazy<PublicSuffixes> Shared = new(Load);

    private readonly HashSet<string> _rules = [];
    private readonly HashSet<string> _wildcards = [];
    private readonly HashSet<string> _exceptions = [];

    internal PublicSuffixes(TextReader list)
    {
        while (list.ReadLine() is { } line)
        {
            var rule = line.Split(' ', '\t')[0];
            if (rule.Length == 0 || rule.StartsWith("//", StringComparison.Ordinal))
                continue;
            if (rule.StartsWith('!'))
                Add(_exceptions, rule[1..]);
            else if (rule.StartsWith("*.", StringComparison.Ordinal))
                Add(_wildcards, rule[2..]);
            else
                Add(_rules, rule);
        }
    }

    /// <summary>The list in this build; read on first use.</summary>
    internal static PublicSuffixes List => Shared.Value;

    internal int Count => _rules.Count + _wildcards.Count + _exceptions.Count;

    internal bool IsSuffix(string domain) => SuffixStart(domain) == 0;

    /// <summary>The registrable domain: the suffix and one more label. A suffix itself, or an address, is its own site.</summary>
    /// <param name="host">In ASCII, without a trailing dot.</param>
    internal string SiteOf(string host)
    {
        if (host.StartsWith('[') || char.IsAsciiDigit(host[^1]))
            return host;
        var suffix = SuffixStart(host);
        return suffix == 0 ? host : host[(host.LastIndexOf('.', suffix - 2) + 1)..];
    }

    // The longest rule wins; a name without a rule has its last label as its suffix.
    private int SuffixStart(string domain)
    {
        for (var start = 0; ;)
        {
            var name = domain[start..];
            var dot = name.IndexOf('.');
            if (dot >= 0 && _exceptions.Contains(name))
                return start + dot + 1;
            if (dot < 0 || _rules.Contains(name) || _wildcards.Contains(name[(dot + 1)..]))
                return start;
            start += dot + 1;
        }
    }

    private static void Add(HashSet<string> rules, string name)
    {
        if (Idna.ToAscii(name) is { } ascii)
            rules.Add(ascii);
    }

    private static PublicSuffixes Load()
    {
        using var reader = new StreamReader(typeof(PublicSuffixes).Assembly.GetManifestResourceStream("public_suffix_list.dat")!);
        return new PublicSuffixes(reader);
    }
}
