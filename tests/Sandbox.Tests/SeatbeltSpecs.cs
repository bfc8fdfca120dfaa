
namespace ActorBrowser.SandboxTests;

/// <summary>
/// The text of the profiles for macOS, checked against the grammar of Seatbelt's language. What the kernel of macOS makes of it was
/// never seen.
/// </summary>
[Trait("Tier", "Fast")]
public sealed class SeatbeltSpecs
{
    // The operations and filters that the profiles use, each of them also in profiles that Apple and browsers ship.
    private static readonly Dictionary<string, string[]> Operations = new(StringComparer.Ordinal)
    {
        ["sysctl-read"] = [],
        ["mach-lookup"] = ["global-name"],
        ["signal"] = ["target"],
        ["process-info*"] = ["target"],
        ["process-exec"] = ["literal"],
        ["process-fork"] = [],
        ["file-read*"] = ["subpath", "regex", "literal"],
        ["file-read-metadata"] = ["literal"],
        ["file-write*"] = ["subpath", "regex"],
        ["file-map-executable"] = ["subpath"],
        ["file-ioctl"] = ["subpath", "regex"],
        ["network-outbound"] = ["remote", "literal"],
    };

    private static readonly ChildExecutable Executable = new("/Applications/my \"app\"/a\\b/child", []);

    public static TheoryData<string> Shipped => [.. Profiles.Shipped.Profiles.Select(static policy => policy.Name)];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_profile_is_written_in_the_language_of_Seatbelt(string name) => Check(SeatbeltProfile.Of(Profiles.Of(name, "/Users/u/a (b) \"c\"; d\\"), Executable));

    [Fact]
    public void Every_allowance_of_a_policy_is_written_in_the_language_of_Seatbelt()
    {
        var policy = SandboxPolicy.Named("all").AllowRead("/").AllowRead("/etc/hosts").AllowWrite("/tmp/x").AllowRead("@devices").AllowRead("@network-facts").AllowTcpConnect(1).AllowTcpConnect(65535);
        Check(SeatbeltProfile.Of(policy, Executable));
    }

    [Theory]
    [InlineData("(version 1", "never closed")]
    [InlineData("(version 1))", "begins nothing")]
    [InlineData("(allow file-read* (subpath \"/a))", "never closed")]
    [InlineData("(allow file-read* (subpath \"/\\a\"))", "unknown escape")]
    public void What_is_not_balanced_is_found(string text, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<FormatException>(() => SeatbeltText.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("(allow file-raed*)", "operation")]
    [InlineData("(allow file-read* (subpath \"relative\"))", "absolute")]
    [InlineData("(allow file-read* (global-name \"x\"))", "filter")]
    [InlineData("(allow network-outbound (remote tcp \"*:70000\"))", "port")]
    [InlineData("(allow default)", "operation")]
    [InlineData("(allow file-read* (subpath \"/etc\"))", "link")]
    public void What_Seatbelt_does_not_know_is_found(string rule, string word) =>
        Assert.Contains(word, Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Check($"(version 1)\n(deny default)\n{rule}")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_policy_s_Seatbelt_profile_denies_by_default_and_allows_what_the_policy_says()
    {
        var renderer = SeatbeltProfile.Of(Profiles.Of("renderer"), Executable);
        Assert.Contains("(allow process-exec (literal \"/Applications/my \\\"app\\\"/a\\\\b/child\"))", renderer, StringComparison.Ordinal);
        Assert.DoesNotContain("network", renderer, StringComparison.Ordinal);
        Assert.DoesNotContain("process-fork", renderer, StringComparison.Ordinal);
        Assert.DoesNotContain("file-write*)", renderer, StringComparison.Ordinal);
        Assert.Contains("(allow network-outbound (remote tcp))", SeatbeltProfile.Of(Profiles.Of("command-networked"), Executable), StringComparison.Ordinal);
        Assert.Contains("(allow file-write* (subpath \"/work\"))", SeatbeltProfile.Of(Profiles.Of("command-workspace", "/work"), Executable), StringComparison.Ordinal);
        Assert.Contains("(allow network-outbound (remote tcp \"*:443\"))", SeatbeltProfile.Of(SandboxPolicy.Named("web").AllowTcpConnect(443), Executable), StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_below_a_link_of_macOS_is_that_to_which_it_leads()
    {
        var profile = SeatbeltProfile.Of(SandboxPolicy.Named("links").AllowRead("/etc/hosts").AllowWrite("/tmp/x").AllowRead("/variable"), Executable);
        Assert.Contains("(allow file-read* (subpath \"/private/etc/hosts\"))", profile, StringComparison.Ordinal);
        Assert.Contains("(allow file-write* (subpath \"/private/tmp/x\"))", profile, StringComparison.Ordinal);
        Assert.Contains("(allow file-read* (subpath \"/variable\"))", profile, StringComparison.Ordinal);
    }

    [Fact]
    public void Terminals_are_named_by_a_pattern_because_a_folder_with_their_beginning_does_not_exist()
    {
        var profile = SeatbeltProfile.Of(SandboxPolicy.Named("devices").AllowRead("@devices"), Executable);
        Assert.Contains("(allow file-read* (regex #\"^/dev/ttys[0-9]+$\"))", profile, StringComparison.Ordinal);
        Assert.DoesNotContain("(subpath \"/dev/ttys\")", profile, StringComparison.Ordinal);
    }

    private static void Check(string profile)
    {
        var terms = SeatbeltText.Parse(profile);
        Assert.Equal("(version 1)", terms[0].ToString());
        Assert.Equal("(deny default)", terms[1].ToString());
        foreach (var rule in terms.Skip(2))
        {
            Assert.True(rule.Head == "allow" && rule.Items.Count >= 2 && Operations.ContainsKey(rule.Items[1].ToString()), $"an unknown operation: {rule}");
            foreach (var filter in rule.Items.Skip(2))
            {
                Assert.True(Operations[rule.Items[1].ToString()].Contains(filter.Head), $"an unknown filter: {rule}");
                Check(rule, filter);
            }
        }
    }

    private static void Check(SeatbeltTerm rule, SeatbeltTerm filter)
    {
        var arguments = filter.Items.Skip(1).ToList();
        switch (filter.Head)
        {
            case "subpath" or "literal":
                var path = Assert.Single(arguments);
                Assert.True(path is { IsString: true, Text: ['/', ..] } && !path.Text.Contains("/../", StringComparison.Ordinal) && (path.Text == "/" || !path.Text.EndsWith('/')), $"not an absolute path: {rule}");
                Assert.True(!new[] { "/etc", "/tmp", "/var" }.Any(link => path.Text == link || path.Text!.StartsWith(link + "/", StringComparison.Ordinal)), $"a path below a link, which the kernel never sees: {rule}");
                break;
            case "regex":
                Assert.True(Assert.Single(arguments) is { IsString: true, Text: ['^', ..] }, $"not a pattern from the path's start: {rule}");
                break;
            case "target":
                Assert.Equal("self", Assert.Single(arguments).ToString());
                break;
            case "global-name":
                Assert.True(Assert.Single(arguments).IsString);
                break;
            case "remote":
                Assert.True(arguments[0] is { IsString: false, Text: "tcp" or "udp" } && arguments.Count <= 2, $"an unknown protocol: {rule}");
                Assert.True(arguments.Count == 1 || (arguments[1] is { IsString: true, Text: ['*', ':', .. var port] } && ushort.TryParse(port, out var number) && number > 0), $"an impossible port: {rule}");
                break;
            default:
                Assert.Fail($"an unknown filter: {filter}");
                break;
        }
    }
}
