using ActorBrowser.Interop;

namespace ActorBrowser.ActorsTests;

/// <summary>The file of decisions: lines stay whole, and a full file is put away once.</summary>
[Trait("Tier", "Fast")]
public sealed class AppendFileSpecs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorbrowser-append-").FullName;

    private string File => Path.Combine(_folder, "log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(99, false)]
    [InlineData(100, false)]
    [InlineData(101, true)]
    public void At_its_limit_it_is_renamed_and_begun_again(int bytes, bool isRenamed)
    {
        using var file = new AppendFile(File, 100);
        file.Append(new string('a', 49));
        file.Append(new string('b', bytes - 51));
        Assert.Equal(isRenamed, System.IO.File.Exists(File + ".1"));
        Assert.EndsWith("b\n", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_writers_lose_and_tear_no_line()
    {
        const int Writers = 8, Lines = 500;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            // All of it fits in two files.
            using var file = new AppendFile(File, Writers * Lines * 6);
            for (var i = 0; i < Lines; i++)
                file.Append($"{writer} {i:d7}");
        })));
        var lines = new[] { File + ".1", File }.Where(System.IO.File.Exists).SelectMany(System.IO.File.ReadAllLines).ToArray();
        Assert.Equal(Enumerable.Range(0, Writers).SelectMany(static writer => Enumerable.Range(0, Lines).Select(i => $"{writer} {i:d7}")).Order(), lines.Order());
    }

    [Fact]
    public void A_device_at_its_place_is_an_error()
    {
        using var file = new AppendFile("/dev/full", 100);
        Assert.Contains("not a regular file", Assert.Throws<IOException>(() => file.Append("a")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_at_its_place_is_an_error()
    {
        System.IO.File.CreateSymbolicLink(File, Path.Combine(_folder, "elsewhere"));
        using var file = new AppendFile(File, 100);
        Assert.ThrowsAny<IOException>(() => file.Append("a"));
        Assert.False(System.IO.File.Exists(Path.Combine(_folder, "elsewhere")));
    }

    [Fact]
    public void A_file_that_was_removed_is_made_anew()
    {
        using var file = new AppendFile(File, 100);
        file.Append("a");
        System.IO.File.Delete(File);
        file.Append("b");
        Assert.Equal("b\n", System.IO.File.ReadAllText(File));
    }
}
