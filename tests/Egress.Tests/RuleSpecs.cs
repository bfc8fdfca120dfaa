using System.Net;

namespace ActorBrowser.EgressTests;

/// <summary>What a rule means.</summary>
public sealed class RuleSpecs
{
    [Theory]
    [InlineData("example.org", "example.org", 443, "", true)]
    [InlineData("example.org", "example.org", 80, "", true)]
    [InlineData("example.org", "example.org", 22, "", false)]
    [InlineData("example.org", "www.example.org", 443, "", false)]
    [InlineData("EXAMPLE.org.", "example.org", 443, "", true)]
    [InlineData("münchen.example", "xn--mnchen-3ya.example", 443, "", true)]
    [InlineData("*.example.org", "www.example.org", 443, "", true)]
    [InlineData("*.example.org", "a.b.example.org", 443, "", true)]
    [InlineData("*.example.org", "example.org", 443, "", false)]
    [InlineData("*.example.org", "notexample.org", 443, "", false)]
    [InlineData("*.example.org", ".example.org", 443, "", false)]
    [InlineData("example.org:22", "example.org", 22, "", true)]
    [InlineData("example.org:22", "example.org", 443, "", false)]
    [InlineData("example.org:8000-8010", "example.org", 8010, "", true)]
    [InlineData("example.org:8000-8010", "example.org", 8011, "", false)]
    [InlineData("example.org:*", "example.org", 65535, "", true)]
    [InlineData("http://example.org", "example.org", 80, "", true)]
    [InlineData("http://example.org/", "example.org", 443, "", false)]
    [InlineData("https://example.org", "example.org", 443, "", true)]
    [InlineData("ssh://example.org", "example.org", 22, "", true)]
    [InlineData("GET http://example.org", "example.org", 80, "GET", true)]
    [InlineData("GET http://example.org", "example.org", 80, "POST", false)]
    [InlineData("GET http://example.org", "example.org", 80, "", false)]
    [InlineData("GET http://example.org", "example.org", 80, "get", false)]
    [InlineData("!POST http://example.org", "example.org", 80, "post", true)]
    [InlineData("!POST http://example.org", "example.org", 80, "GET", false)]
    [InlineData("GET,HEAD example.org", "example.org", 80, "HEAD", true)]
    [InlineData("*", "example.org", 443, "", true)]
    [InlineData("*", "example.org", 25, "", false)]
    [InlineData("*:*", "93.184.215.14", 25, "", true)]
    [InlineData("127.0.0.1:8080", "127.0.0.1", 8080, "", true)]
    [InlineData("127.0.0.1:8080", "127.0.0.2", 8080, "", false)]
    [InlineData("0x7f.1:8080", "127.0.0.1", 8080, "", true)]
    [InlineData("10.0.0.0/8:5432", "10.9.8.7", 5432, "", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", 443, "", false)]
    [InlineData("[::1]:8080", "::1", 8080, "", true)]
    [InlineData("fd00::/8", "fd12::1", 443, "", true)]
    [InlineData("git.example.org:22 private", "git.example.org", 22, "", true)]
    public void A_rule_matches_its_hosts_ports_and_methods_only(string text, string host, int port, string method, bool expected)
    {
        Assert.True(EgressRule.TryParse(text, out var rule, out var problem), problem);
        Assert.Equal(expected, rule.Matches(host, IPAddress.TryParse(host, out var address) ? address : null, port, method));
    }

    [Theory]
    [InlineData("")]
    [InlineData("!")]
    [InlineData("example.org/path")]
    [InlineData("ftp://example.org")]
    [InlineData("GET https://example.org")]
    [InlineData("get http://example.org")]
    [InlineData("exa*mple.org")]
    [InlineData("*example.org")]
    [InlineData("*.*.org")]
    [InlineData("*.127.0.0.1")]
    [InlineData("example.org:0")]
    [InlineData("example.org:65536")]
    [InlineData("example.org:8010-8000")]
    [InlineData("example.org:1-2-3")]
    [InlineData("example.org:")]
    [InlineData("user@example.org")]
    [InlineData("* private")]
    [InlineData("10.0.0.0/8 private")]
    [InlineData("!example.org private")]
    [InlineData("a b c d")]
    [InlineData("1.2.3.4.5")]
    public void A_wrong_rule_is_refused_with_a_sentence(string text)
    {
        Assert.False(EgressRule.TryParse(text, out _, out var problem));
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_that_denies_wins_whatever_the_order_and_however_much_is_granted()
    {
        foreach (var rules in new[] { ["!ads.example.org", "*.example.org", "ads.example.org:443"], new[] { "*:*", "*.example.org", "!ads.example.org" } })
        {
            var verdicts = EgressRules.Of(rules);
            Assert.True(verdicts.Find("ads.example.org", null, 443, "").IsDenied);
            Assert.True(verdicts.Find("ads.example.org", null, 0, "").IsDenied);
            Assert.True(verdicts.Find("www.example.org", null, 443, "").IsGranted);
        }
    }

    [Fact]
    public void A_rule_that_denies_a_method_denies_the_tunnels_that_could_hide_it()
    {
        var rules = EgressRules.Of(["example.org", "!POST http://example.org"]);
        Assert.True(rules.Find("example.org", null, 80, "GET").IsGranted);
        Assert.True(rules.Find("example.org", null, 80, "POST").IsDenied);
        Assert.True(rules.Find("example.org", null, 80, "").IsDenied);
        Assert.True(rules.Find("example.org", null, 443, "").IsGranted);
        Assert.True(rules.Find("example.org", null, 0, "").IsGranted);
    }

    [Theory]
    [InlineData("*", "93.184.215.14", true)]
    [InlineData("*", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", true)]
    [InlineData("*", "127.0.0.1", false)]
    [InlineData("*", "10.0.0.1", false)]
    [InlineData("*", "100.64.0.1", false)]
    [InlineData("*", "169.254.169.254", false)]
    [InlineData("*", "168.63.129.16", false)]
    [InlineData("*", "224.0.0.1", false)]
    [InlineData("*", "0.0.0.0", false)]
    [InlineData("*", "::1", false)]
    [InlineData("*", "::ffff:127.0.0.1", false)]
    [InlineData("*", "64:ff9b::7f00:1", false)]
    [InlineData("*", "fe80::1", false)]
    [InlineData("*", "fd00::1", false)]
    [InlineData("example.org private", "10.0.0.1", true)]
    [InlineData("example.org private", "127.0.0.1", true)]
    [InlineData("example.org private", "::ffff:10.0.0.1", true)]
    [InlineData("example.org private", "fd12::1", true)]
    [InlineData("example.org private", "169.254.169.254", false)]
    [InlineData("example.org private", "100.100.100.200", false)]
    [InlineData("example.org private", "fd00:ec2::254", false)]
    [InlineData("example.org private", "224.0.0.1", false)]
    [InlineData("example.org;10.1.0.0/16", "10.1.2.3", true)]
    [InlineData("example.org;10.1.0.0/16", "10.2.0.1", false)]
    [InlineData("example.org;169.254.169.254", "169.254.169.254", true)]
    [InlineData("example.org private;!10.0.0.0/8", "10.0.0.1", false)]
    [InlineData("*;!93.184.215.0/24", "93.184.215.14", false)]
    public void The_addresses_of_a_granted_name_are_checked(string texts, string address, bool reached)
    {
        var rules = EgressRules.Of(texts.Split(';'));
        var rule = rules.Find("example.org", null, 443, "").Rule;
        Assert.NotNull(rule);
        Assert.Equal(reached, rules.Objection(IPAddress.Parse(address), rule, isNamed: false, 443, "") is null);
    }

    [Theory]
    [InlineData("192.0.2.1", "is a documentation address (RFC 5737), which no server has: check the name's entry")]
    [InlineData("198.51.100.255", "which no server has")]
    [InlineData("203.0.113.0", "which no server has")]
    [InlineData("2001:db8::1", "which no server has")]
    [InlineData("3fff::1", "which no server has")]
    [InlineData("0.0.0.0", "which no server has")]
    [InlineData("255.255.255.255", "which no server has")]
    [InlineData("ff02::1", "which no server has")]
    [InlineData("169.254.1.1", "is a link-local address (RFC 3927); only a rule for the address reaches it")]
    [InlineData("198.18.0.1", "only a rule for the address reaches it")]
    [InlineData("fe80::1", "only a rule for the address reaches it")]
    [InlineData("10.0.0.1", "write 'private' after the rule for the name")]
    [InlineData("fd12::1", "write 'private' after the rule for the name")]
    public void The_advice_about_an_address_is_one_that_helps(string address, string advice)
    {
        var plain = EgressRules.Of(["example.org"]);
        var sentence = plain.Objection(IPAddress.Parse(address), plain.Find("example.org", null, 443, "").Rule, isNamed: false, 443, "");
        Assert.Contains(advice, sentence, StringComparison.Ordinal);
        var isPrivate = EgressRules.Of(["example.org private"]);
        Assert.Equal(advice.Contains("'private'", StringComparison.Ordinal), isPrivate.Objection(IPAddress.Parse(address), isPrivate.Find("example.org", null, 443, "").Rule, isNamed: false, 443, "") is null);
    }

    [Fact]
    public void Rules_are_counted()
    {
        Assert.Null(EgressRules.Problem([.. Enumerable.Range(1, EgressRules.MostPorts).Select(port => $"example.org:{port}")]));
        Assert.NotNull(EgressRules.Problem([.. Enumerable.Range(1, EgressRules.MostPorts + 1).Select(port => $"example.org:{port}")]));
        Assert.Null(EgressRules.Problem([.. Enumerable.Repeat("example.org", EgressRules.Most)]));
        Assert.NotNull(EgressRules.Problem([.. Enumerable.Repeat("example.org", EgressRules.Most + 1)]));
        Assert.NotNull(EgressRules.Problem([null!]));
        Assert.NotNull(EgressRules.Problem([new string('a', 401)]));
    }
}
