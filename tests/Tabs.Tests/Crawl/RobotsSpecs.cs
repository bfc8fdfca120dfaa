using System.Text;

namespace ActorBrowser.TabsTests;

/// <summary>RFC 9309's rules, by its own examples and by those of Google's open-source parser where both agree.</summary>
public sealed class RobotsSpecs
{
    private const string Examples = """
        User-Agent: *
        Disallow: *.gif$
        Disallow: /example/
        Allow: /publications/

        User-Agent: foobot
        Disallow:/
        Allow:/example/page.html
        Allow:/example/allowed.gif

        User-Agent: barbot
        User-Agent: bazbot
        Disallow: /example/page.html

        User-Agent: quxbot

        EOF:
        """;

    [Theory]
    // RFC 9309, 5.1.
    [InlineData("anybot", "/logo.gif", false)]
    [InlineData("anybot", "/logo.gifs", true)]
    [InlineData("anybot", "/example/x", false)]
    [InlineData("anybot", "/publications/x", true)]
    [InlineData("foobot", "/", false)]
    [InlineData("foobot", "/example/page.html", true)]
    [InlineData("FooBot", "/example/allowed.gif", true)]
    [InlineData("foobot", "/example/disallowed.gif", false)]
    [InlineData("barbot", "/example/page.html", false)]
    [InlineData("bazbot", "/example/page.html", false)]
    [InlineData("bazbot", "/example/", true)]
    [InlineData("quxbot", "/example/page.html", true)]
    public void The_group_of_a_crawler_counts_and_that_of_everyone_only_without_one(string crawler, string path, bool allowed) =>
        Assert.Equal(allowed, RobotsTxt.Parse(Encoding.UTF8.GetBytes(Examples), crawler).Allows(path));

    [Theory]
    // The longest match decides (RFC 9309, 5.2), and of two equally long ones the one that allows.
    [InlineData("allow: /example/page/\ndisallow: /example/page/disallowed.gif", "/example/page/disallowed.gif", false)]
    [InlineData("allow: /example/page/\ndisallow: /example/page/disallowed.gif", "/example/page/other.gif", true)]
    [InlineData("allow: /p\ndisallow: /", "/page", true)]
    [InlineData("disallow: /folder\nallow: /folder", "/folder/page", true)]
    [InlineData("disallow: /x/page.html\nallow: /x/", "/x/page.html", false)]
    [InlineData("allow: /page\ndisallow: /*.htm", "/page.htm", false)]
    [InlineData("allow: /page\ndisallow: /*.ph", "/page.php5", true)]
    [InlineData("allow: /$\ndisallow: /", "/", true)]
    [InlineData("allow: /$\ndisallow: /", "/page.html", false)]
    // Paths are case-sensitive, keys are not; an empty rule is none.
    [InlineData("DISALLOW: /X/", "/x/", true)]
    [InlineData("Disallow:", "/anything", true)]
    [InlineData("disallow: /\nallow: /robots.txt", "/robots.txt", true)]
    [InlineData("disallow: /", "/robots.txt", true)]
    // Prefixes.
    [InlineData("disallow: /fish", "/fish", false)]
    [InlineData("disallow: /fish", "/fish.html", false)]
    [InlineData("disallow: /fish", "/fishheads/yummy.html", false)]
    [InlineData("disallow: /fish", "/fish.php?id=anything", false)]
    [InlineData("disallow: /fish", "/Fish.asp", true)]
    [InlineData("disallow: /fish", "/catfish", true)]
    [InlineData("disallow: /fish", "/?id=fish", true)]
    [InlineData("disallow: /fish/", "/fish", true)]
    [InlineData("disallow: /fish*", "/fish/salmon.html", false)]
    // Wildcards and ends.
    [InlineData("disallow: /*.php", "/folder/filename.php?parameters", false)]
    [InlineData("disallow: /*.php", "/index?php", true)]
    [InlineData("disallow: /*.php$", "/filename.php", false)]
    [InlineData("disallow: /*.php$", "/filename.php?parameters", true)]
    [InlineData("disallow: /*.php$", "/filename.php/", true)]
    [InlineData("disallow: /*.php$", "/windows.PHP", true)]
    [InlineData("disallow: /fish*.php", "/fishheads/catfish.php?parameters", false)]
    [InlineData("disallow: /a*b*c$", "/aXbYc", false)]
    [InlineData("disallow: /a*b*c$", "/aXbYcZ", true)]
    [InlineData("disallow: /a*b*c$", "/abc/abc", false)]
    [InlineData("disallow: /ab$", "/abab", true)]
    [InlineData("disallow: /*ab$", "/ab/ab", false)]
    [InlineData("disallow: /*$", "/", false)]
    [InlineData("disallow: /a$b", "/a$b", false)]
    [InlineData("disallow: /a$b", "/a", true)]
    [InlineData("disallow: /a%24", "/a$", false)]
    [InlineData("disallow: /a%24", "/a", true)]
    [InlineData("disallow: /path/file-with-a-%2A.html", "/path/file-with-a-*.html", false)]
    [InlineData("disallow: /path/file-with-a-%2A.html", "/path/file-with-a-x.html", true)]
    // Octets are compared encoded where they must be, and decoded where they need not be (RFC 9309, 2.2.2).
    [InlineData("disallow: /foo/bar?baz=quz", "/foo/bar?baz=quz", false)]
    [InlineData("disallow: /foo/bar?baz=http://foo.bar", "/foo/bar?baz=http%3A%2F%2Ffoo.bar", true)]
    [InlineData("disallow: /foo/bar/ツ", "/foo/bar/%E3%83%84", false)]
    [InlineData("disallow: /foo/bar/%E3%83%84", "/foo/bar/%e3%83%84", false)]
    [InlineData("disallow: /foo/bar/%62%61%7A", "/foo/bar/baz", false)]
    [InlineData("disallow: /foo/bar/baz", "/foo/bar/%62%61%7A", false)]
    [InlineData("disallow: /~user", "/%7Euser", false)]
    [InlineData("disallow: /à", "/%C3%A0", false)]
    [InlineData("disallow: /a b", "/a%20b", false)]
    [InlineData("disallow: /100%", "/100%25", false)]
    public void The_longest_rule_that_matches_decides(string rules, string path, bool allowed) =>
        Assert.Equal(allowed, RobotsTxt.Parse(Encoding.UTF8.GetBytes($"user-agent: *\n{rules}\n"), "actorbrowser").Allows(path));

    [Theory]
    // What is not a rule does not end a group's beginning; a rule does.
    [InlineData("user-agent: a\nsitemap: https://x/\nuser-agent: actorbrowser\ndisallow: /", false)]
    [InlineData("user-agent: actorbrowser\n\n\ndisallow: /", false)]
    [InlineData("user-agent: actorbrowser\ndisallow: /x\nuser-agent: b\ndisallow: /", true)]
    // The groups of one crawler are one (2.2.1).
    [InlineData("user-agent: actorbrowser\ndisallow: /x\nuser-agent: b\nallow: /\nuser-agent: actorbrowser\ndisallow: /", false)]
    [InlineData("user-agent: *\ndisallow: /\nuser-agent: actorbrowser\nallow: /x", true)]
    [InlineData("user-agent: *\ndisallow: /x\nuser-agent: *\ndisallow: /", false)]
    // Names: the token counts, in any case, whole.
    [InlineData("user-agent: ActorBrowser/2.0 (x)\ndisallow: /", false)]
    [InlineData("user-agent: actorbrowser-images\ndisallow: /", true)]
    [InlineData("user-agent: actor\ndisallow: /", true)]
    [InlineData("user-agent: * x\ndisallow: /", false)]
    [InlineData("user-agent: *x\ndisallow: /", true)]
    // Line ends, comments, spaces, a byte order mark, and what is no line.
    [InlineData("user-agent: *\rdisallow: /\r", false)]
    [InlineData("user-agent: *\r\ndisallow: /\r\n", false)]
    [InlineData("\ufeffuser-agent: *\ndisallow: /", false)]
    [InlineData("user-agent: * # all\n \t disallow \t : \t / # nothing", false)]
    [InlineData("user-agent: *\ndisallow /\nfoo\n: /", true)]
    [InlineData("disallow: /\nuser-agent: *", true)]
    [InlineData("", true)]
    [InlineData("<!doctype html><title>Not found</title>", true)]
    public void Groups_are_found_as_the_RFC_says(string file, bool allowed) =>
        Assert.Equal(allowed, RobotsTxt.Parse(Encoding.UTF8.GetBytes(file), "actorbrowser").Allows("/page"));

    [Fact]
    public void What_is_no_part_of_the_RFC_is_read_too()
    {
        var robots = RobotsTxt.Parse("User-agent: *\nCrawl-delay: 2.5\nDisallow: /x\nSitemap: https://x.example/日本.xml\nUser-agent: other\nCrawl-delay: 9\nsitemap:/b.xml"u8, "actorbrowser");
        Assert.Equal(TimeSpan.FromSeconds(2.5), robots.Delay);
        Assert.Equal(["https://x.example/日本.xml", "/b.xml"], robots.Sitemaps);
        Assert.Null(RobotsTxt.Parse("user-agent: *\ncrawl-delay: soon\ncrawl-delay: -1"u8, "actorbrowser").Delay);
    }

    [Fact]
    public void Only_the_first_500_KiB_count()
    {
        var file = "user-agent: *\ndisallow: /early\n" + new string('#', RobotsTxt.MaxBytes) + "\ndisallow: /late\n";
        var robots = RobotsTxt.Parse(Encoding.UTF8.GetBytes(file), "actorbrowser");
        Assert.Equal((false, true), (robots.Allows("/early"), robots.Allows("/late")));
    }

    [Fact]
    public void A_file_of_wildcards_takes_no_time()
    {
        var star = string.Concat(Enumerable.Repeat("*a", 200));
        var robots = RobotsTxt.Parse(Encoding.UTF8.GetBytes("user-agent: *\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"disallow: /{star}{i}b$\n"))), "actorbrowser");
        Assert.True(robots.Allows("/" + new string('a', 2000)));
    }

    [Theory]
    [InlineData("ActorBrowser/0.1", "ActorBrowser")]
    [InlineData("my-bot_x (+https://x)", "my-bot_x")]
    [InlineData("", "")]
    public void The_product_token_is_the_beginning_of_the_User_Agent(string agent, string token) => Assert.Equal(token, RobotsTxt.TokenOf(agent));

    [Theory]
    [InlineData("noindex", true, false)]
    [InlineData("NOFOLLOW , noarchive", false, true)]
    [InlineData("none", true, true)]
    [InlineData("actorbrowser: noindex", true, false)]
    [InlineData("otherbot: none", false, false)]
    [InlineData("unavailable_after: 25 Jun 2010 15:00:00 PST", false, false)]
    public void The_header_field_is_read_for_this_crawler(string value, bool noIndex, bool noFollow) =>
        Assert.Equal(new CrawlRobotsTag(noIndex, noFollow), CrawlRobotsTag.Of([new Transport.HeaderField("x-robots-tag", value)], "ActorBrowser"));
}
