using ActorBrowser.Transport;
using Xunit;
using Xunit.Abstractions;
using static ActorBrowser.Network.Tests.EngineHarness;

namespace ActorBrowser.Network.Tests;

/// <summary>Debian's documentation from a real nginx, through a real child, byte for byte.</summary>
public sealed class RealDocumentation(ITestOutputHelper output)
{
    private const string Documents = "/usr/share";
    private const int MostOfTheSystem = 1500;

    [TheoryNeeds("nginx-light", "debian-reference-en", Timeout = 120_000)]
    [InlineData(HttpVersionChoice.Http11, false, true)]
    [InlineData(HttpVersionChoice.Http11, false, false)]
    [InlineData(HttpVersionChoice.Any, true, true)]
    [InlineData(HttpVersionChoice.Http11, true, false)]
    public async Task Every_file_arrives_as_it_is_on_disk(HttpVersionChoice version, bool tls, bool decompress)
    {
        var files = Files();
        using var certificate = Certificates.SelfSigned("127.0.0.1");
        await using var nginx = await Nginx.StartAsync(Documents, certificate);
        await using var child = await ChildSession.StartAsync(Args(trusted: certificate.ExportCertificatePem(), maxConcurrent: files.Count));
        var fetches = files.Select((file, i) => (file, child.Start((ulong)i + 1, Request(UrlOf(tls ? nginx.TlsRoot : nginx.Root, file), version: version, decompress: decompress)))).ToList();
        long bytes = 0, wire = 0;
        foreach (var (file, fetch) in fetches)
        {
            await fetch.Done.WaitAsync(TimeSpan.FromSeconds(90));
            Assert.True(fetch.Error is null, $"{file}: {fetch.Error?.Message}");
            Assert.True(fetch.Headers!.Value.Status == 200, $"{file}: status {fetch.Headers.Value.Status}");
            var onDisk = await File.ReadAllBytesAsync(file);
            Assert.True(fetch.Body.AsSpan().SequenceEqual(onDisk), $"{file} differs.");
            bytes += fetch.End!.Value.BodyBytes;
            wire += fetch.End.Value.WireBytes;
        }
        var versions = fetches.Select(f => f.Item2.Headers!.Value.HttpVersion).Distinct();
        Assert.Equal([version == HttpVersionChoice.Any && tls ? "2" : "1.1"], versions);
        Assert.Equal(decompress, wire < bytes);
        output.WriteLine($"{files.Count} files, {bytes} bytes, {wire} over the wire");
    }

    private static List<string> Files()
    {
        var reference = Path.Combine(Documents, "debian-reference");
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        return [.. Directory.EnumerateFiles(reference, "*", all).Order(StringComparer.Ordinal)
            .Concat(Directory.EnumerateFiles(Path.Combine(Documents, "doc"), "*", all).Order(StringComparer.Ordinal).Take(MostOfTheSystem))];
    }

    private static string UrlOf(string root, string file) =>
        root + string.Join('/', Path.GetRelativePath(Documents, file).Split('/').Select(Uri.EscapeDataString).Prepend(""));
}
