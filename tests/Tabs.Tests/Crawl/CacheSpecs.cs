using System.Text;
using ActorBrowser.Transport;

namespace ActorBrowser.TabsTests;

/// <summary>RFC 9111's rules for a private cache, and the cache's files.</summary>
public sealed class CacheSpecs : IDisposable
{
    private const string Url = "https://example.org/page";
    private static readonly DateTimeOffset Then = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ab-cache-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    // Explicit lifetimes (4.2.1): of max-age and Expires the first counts; s-maxage is a shared cache's.
    [InlineData("Cache-Control: max-age=60", 59, "Fresh")]
    [InlineData("Cache-Control: max-age=60|ETag: x", 60, "Validate")]
    [InlineData("Cache-Control: max-age=60", 61, "None")]
    [InlineData("Cache-Control: MAX-AGE=60", 59, "Fresh")]
    [InlineData("Cache-Control: s-maxage=600, max-age=60|ETag: x", 61, "Validate")]
    [InlineData("Cache-Control: max-age=60|Expires: Sun, 29 Nov 2026 13:00:00 GMT|ETag: x", 61, "Validate")]
    [InlineData("Cache-Control: max-age=600, max-age=60|ETag: x", 61, "Validate")]
    [InlineData("Cache-Control: max-age=\"60\"", 59, "Fresh")]
    [InlineData("Cache-Control: max-age=-1|ETag: x", 0, "Validate")]
    [InlineData("Cache-Control: max-age=soon|ETag: x", 0, "Validate")]
    [InlineData("Cache-Control: max-age=99999999999999999999", 1000000, "Fresh")]
    [InlineData("Cache-Control: ext=\"max-age=0, no-store\", max-age=60", 59, "Fresh")]
    [InlineData("Expires: Sun, 29 Nov 2026 12:01:00 GMT", 59, "Fresh")]
    [InlineData("Expires: Sun, 29 Nov 2026 12:01:00 GMT|Last-Modified: x", 61, "Validate")]
    [InlineData("Expires: 0|ETag: x", 0, "Validate")]
    [InlineData("Expires: Sunday, 29-Nov-26 12:01:00 GMT", 59, "Fresh")]
    [InlineData("Expires: Sun Nov 29 12:01:00 2026", 59, "Fresh")]
    // A tenth of the time since the last change, at most a day (4.2.2).
    [InlineData("Last-Modified: Sun, 29 Nov 2026 10:20:00 GMT", 599, "Fresh")]
    [InlineData("Last-Modified: Sun, 29 Nov 2026 10:20:00 GMT", 601, "Validate")]
    [InlineData("Last-Modified: Fri, 29 Nov 1996 10:20:00 GMT", 86401, "Validate")]
    [InlineData("ETag: x", 0, "Validate")]
    // The age before it came (4.2.3).
    [InlineData("Cache-Control: max-age=60|Age: 50", 9, "Fresh")]
    [InlineData("Cache-Control: max-age=60|Age: 50|ETag: x", 11, "Validate")]
    [InlineData("Cache-Control: max-age=60|Date: Sun, 29 Nov 2026 11:59:10 GMT|ETag: x", 11, "Validate")]
    // Directives that forbid use without asking.
    [InlineData("Cache-Control: no-cache, max-age=60|ETag: x", 0, "Validate")]
    [InlineData("Cache-Control: no-cache=\"a, b\", max-age=60|ETag: x", 0, "Validate")]
    [InlineData("Cache-Control: must-revalidate, max-age=60|ETag: x", 61, "Validate")]
    [InlineData("Cache-Control: immutable, max-age=60", 59, "Fresh")]
    [InlineData("Cache-Control: private, max-age=60", 59, "Fresh")]
    public void A_stored_response_is_used_as_the_RFC_says(string headers, int seconds, string use) =>
        Assert.Equal(use, CacheRules.UseOf(Entry(headers), [], Then.AddSeconds(seconds)).ToString());

    [Theory]
    [InlineData("Cache-Control: no-cache", "Validate")]
    [InlineData("Cache-Control: max-age=5", "Validate")]
    [InlineData("Cache-Control: max-age=100", "Fresh")]
    [InlineData("Pragma: no-cache", "Validate")]
    [InlineData("Pragma: no-cache|Cache-Control: max-age=100", "Fresh")]
    [InlineData("Accept-Language: de", "Fresh")]
    public void A_request_may_want_more(string request, string use) =>
        Assert.Equal(use, CacheRules.UseOf(Entry("Cache-Control: max-age=60|ETag: x"), Fields(request), Then.AddSeconds(10)).ToString());

    [Theory]
    [InlineData("Vary: Accept", "Accept: text/html", "Accept: text/html", "Fresh")]
    [InlineData("Vary: accept", "Accept: text/html", "ACCEPT:  text/html ", "Fresh")]
    [InlineData("Vary: Accept", "Accept: text/html", "Accept: text/plain", "None")]
    [InlineData("Vary: Accept", "Accept: text/html", "", "None")]
    [InlineData("Vary: Accept, Cookie", "Accept: a", "Accept: a|Cookie: x=y", "None")]
    [InlineData("Vary: Cookie", "Accept: a", "Accept: b", "Fresh")]
    [InlineData("Vary: *", "", "", "None")]
    public void Vary_names_what_a_request_must_share(string vary, string first, string second, string use)
    {
        var stored = Entry(vary + "|Cache-Control: max-age=60");
        stored = stored with { Request = CacheRules.Varying(Fields(first), stored.Headers) };
        Assert.Equal(use, CacheRules.UseOf(stored, Fields(second), Then).ToString());
    }

    [Theory]
    [InlineData("", 200, "", true)]
    [InlineData("", 404, "", true)]
    [InlineData("", 206, "Cache-Control: max-age=60", false)]
    [InlineData("", 304, "Cache-Control: max-age=60", false)]
    [InlineData("", 302, "", false)]
    [InlineData("", 302, "Cache-Control: max-age=60", true)]
    [InlineData("", 500, "", false)]
    [InlineData("", 500, "Expires: Sun, 29 Nov 2026 13:00:00 GMT", true)]
    [InlineData("", 200, "Cache-Control: no-store", false)]
    [InlineData("", 200, "Cache-Control: no-store, must-understand", true)]
    [InlineData("", 599, "Cache-Control: no-store, must-understand, max-age=60", false)]
    [InlineData("", 599, "Cache-Control: must-understand, max-age=60", false)]
    [InlineData("Cache-Control: no-store", 200, "", false)]
    [InlineData("", 200, "Cache-Control: private", true)]
    [InlineData("Authorization: x", 200, "", true)]
    [InlineData("", 200, "Vary: *", false)]
    public void A_response_is_stored_as_the_RFC_says(string request, int status, string response, bool isStored) =>
        Assert.Equal(isStored, CacheRules.MayStore(Fields(request), status, Fields(response)));

    [Fact]
    public void A_304_replaces_the_fields_that_it_has_and_makes_the_response_fresh()
    {
        var cache = new HttpCache(_folder.FullName);
        cache.Take("GET", [], Entry("Cache-Control: max-age=60|ETag: \"a\"|X: 1|X: 2|Content-Length: 4|Content-Encoding: gzip|Set-Cookie: a=b|Connection: Y|Y: z"));
        var entry = cache.Find(Url)!;
        Assert.Equal(["Cache-Control: max-age=60", "ETag: \"a\"", "X: 1", "X: 2"], entry.Headers.Select(static field => $"{field.Name}: {field.Value}"));
        Assert.Equal(["If-None-Match: \"a\""], CacheRules.Validators(entry).Select(static field => $"{field.Name}: {field.Value}"));
        Assert.True(CacheRules.Selects(Fields("ETag: W/\"a\""), entry));
        Assert.False(CacheRules.Selects(Fields("ETag: \"b\""), entry));
        var fresh = cache.Freshen(entry, Fields("Cache-Control: max-age=600|X: 3|Content-Length: 0"), Then.AddHours(1), Then.AddHours(1));
        Assert.Equal(["ETag: \"a\"", "Cache-Control: max-age=600", "X: 3"], fresh.Headers.Select(static field => $"{field.Name}: {field.Value}"));
        Assert.Equal((CacheUse.Fresh, "body"), (CacheRules.UseOf(cache.Find(Url)!, [], Then.AddHours(1).AddSeconds(599)), Encoding.UTF8.GetString(cache.Find(Url)!.Body.Span)));
    }

    [Theory]
    [InlineData("POST", 200, false)]
    [InlineData("PUT", 302, false)]
    [InlineData("DELETE", 404, true)]
    [InlineData("HEAD", 200, true)]
    [InlineData("GET", 500, true)]
    public void A_method_that_changes_something_makes_what_is_stored_invalid(string method, int status, bool stays)
    {
        var cache = new HttpCache(_folder.FullName);
        cache.Take("GET", [], Entry("ETag: x"));
        cache.Take(method, [], Entry("") with { Status = status });
        Assert.Equal(stays, cache.Find(Url) is not null);
    }

    [Fact]
    public void An_answer_that_may_not_be_stored_replaces_what_is()
    {
        var cache = new HttpCache(_folder.FullName);
        cache.Take("GET", [], Entry("ETag: x"));
        cache.Take("GET", [], Entry("Cache-Control: no-store"));
        Assert.Null(cache.Find(Url));
    }

    [Fact]
    public void No_identity_finds_what_another_has_stored()
    {
        new HttpCache(_folder.FullName, "one").Take("GET", [], Entry("ETag: x"));
        Assert.NotNull(new HttpCache(_folder.FullName, "one").Find(Url));
        Assert.Null(new HttpCache(_folder.FullName, "two").Find(Url));
        Assert.Null(new HttpCache(_folder.FullName).Find(Url));
        // Not even where its file lies under the other's name.
        var file = Directory.GetFiles(_folder.FullName, "*", SearchOption.AllDirectories).Single();
        var other = CacheEntry.NameOf("two", Url);
        Directory.CreateDirectory(Path.Combine(_folder.FullName, other[..2]));
        File.Copy(file, Path.Combine(_folder.FullName, other[..2], other));
        Assert.Null(new HttpCache(_folder.FullName, "two").Find(Url));
    }

    [Fact]
    public void A_damaged_file_is_a_miss_wherever_the_damage_is()
    {
        new HttpCache(_folder.FullName).Take("GET", [], Entry("ETag: x"));
        var file = Directory.GetFiles(_folder.FullName, "*", SearchOption.AllDirectories).Single();
        var whole = File.ReadAllBytes(file);
        for (var i = 0; i < whole.Length; i++)
        {
            var damaged = whole.ToArray();
            damaged[i] ^= 0x20;
            File.WriteAllBytes(file, damaged);
            Assert.Null(new HttpCache(_folder.FullName).Find(Url));
            File.WriteAllBytes(file, whole[..i]);
            Assert.Null(new HttpCache(_folder.FullName).Find(Url));
        }
        File.WriteAllBytes(file, whole);
        Assert.NotNull(new HttpCache(_folder.FullName).Find(Url));
    }

    [Fact]
    public void The_least_recently_used_files_make_room()
    {
        const int Most = 100_000;
        var cache = new HttpCache(_folder.FullName, "", Most);
        CacheEntry Page(int number) => Entry("ETag: x") with { Url = $"{Url}/{number}", Body = new byte[5000] };
        for (var i = 0; i < 100; i++)
        {
            cache.Take("GET", [], Page(i));
            Assert.InRange(cache.Bytes, 1, Most);
            Assert.NotNull(cache.Find($"{Url}/0"));
        }
        Assert.Null(cache.Find($"{Url}/1"));
        Assert.NotNull(cache.Find($"{Url}/99"));
        Assert.Equal(cache.Bytes, Directory.GetFiles(_folder.FullName, "*", SearchOption.AllDirectories).Sum(static file => new FileInfo(file).Length));
        cache.Take("GET", [], Page(0) with { Body = new byte[Most / 2] });
        Assert.Null(cache.Find($"{Url}/0"));
        Assert.Equal(cache.Bytes, new HttpCache(_folder.FullName).Bytes);
    }

    [Fact]
    public void Only_its_owner_can_read_it()
    {
        var folder = Path.Combine(_folder.FullName, "cache");
        new HttpCache(folder).Take("GET", [], Entry("ETag: x"));
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        Assert.Equal(Owner, File.GetUnixFileMode(Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Single()));
    }

    private static CacheEntry Entry(string headers) => new(Url, 200, Fields(headers), [], Then, Then, AddressSpace.Public, "body"u8.ToArray());

    private static HeaderField[] Fields(string text) => [.. text.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(static field =>
        new HeaderField(field[..field.IndexOf(':', StringComparison.Ordinal)], field[(field.IndexOf(':', StringComparison.Ordinal) + 1)..].TrimStart()))];
}
