using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text;
using System.Xml.Linq;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.PackageTests;

/// <summary>What is in the packages.</summary>
[Collection("packages")]
public sealed class ContentSpecs(PackedFolder packed)
{
    private string[] Ids => ["ActorBrowser", "ActorBrowser.Transport", "ActorBrowser.TestKit", "ActorBrowser.Agents", "ActorBrowser.Cluster", "ActorBrowser.Dashboard", $"ActorBrowser.Child.{packed.Rid}", "ActorBrowser.Tool", $"ActorBrowser.Tool.{packed.Rid}", "ActorBrowser.Tool.any", "ActorBrowser.Templates"];

    [FactNeeds("gcc", "libc6-dev", "zlib1g-dev", BuildsNative = true)]
    public async Task Every_package_says_what_it_is_and_names_exactly_its_own_version_of_the_others()
    {
        await packed.PackedAsync();
        var files = Directory.EnumerateFiles(packed.Packages, "*.nupkg").Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(Ids.Select(id => $"{id}.{packed.Version}.nupkg").Order(StringComparer.Ordinal), files);
        foreach (var id in Ids)
        {
            using var package = Open(id);
            Assert.StartsWith("# ActorBrowser", Text(package, "README.md"), StringComparison.Ordinal);
            var metadata = XDocument.Parse(Text(package, $"{id}.nuspec")).Root!.Elements().Single();
            var values = metadata.Elements().ToLookup(static element => element.Name.LocalName);
            Assert.Equal("README.md", values["readme"].Single().Value);
            Assert.NotEqual("Package Description", values["description"].Single().Value);
            // Nothing is said that is not so: there is no licence and no published repository.
            Assert.Empty(values["license"].Concat(values["licenseUrl"]).Concat(values["projectUrl"]));
            Assert.All(values["repository"], static repository => Assert.Null(repository.Attribute("url")));
            var ours = metadata.Descendants().Where(static element => element.Attribute("id")?.Value.StartsWith("ActorBrowser", StringComparison.Ordinal) == true);
            Assert.All(ours, dependency => Assert.Equal($"[{packed.Version}]", dependency.Attribute("version")!.Value));
        }
    }

    [FactNeeds("gcc", "libc6-dev", "zlib1g-dev", BuildsNative = true)]
    public async Task Each_assembly_has_symbols_with_its_sources_and_no_path_of_the_machine_that_made_it()
    {
        await packed.PackedAsync();
        var assemblies = new List<string>();
        foreach (var id in (string[])["ActorBrowser", "ActorBrowser.Transport", "ActorBrowser.TestKit", "ActorBrowser.Agents", "ActorBrowser.Cluster", "ActorBrowser.Dashboard"])
        {
            using var package = Open(id);
            using var symbols = Open(id, "snupkg");
            foreach (var assembly in package.Entries.Where(static entry => entry.Name.EndsWith(".dll", StringComparison.Ordinal)))
            {
                assemblies.Add(Path.GetFileNameWithoutExtension(assembly.Name));
                Assert.NotNull(package.GetEntry(Path.ChangeExtension(assembly.FullName, "xml")));
                var pdb = Bytes(symbols.Entries.Single(entry => entry.Name == Path.ChangeExtension(assembly.Name, "pdb")));
                AssertSources(pdb);
                Assert.All([pdb, Bytes(assembly)], static bytes => Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(PackedFolder.Repository()))));
            }
        }
        Assert.Equal(["Actors", "Agents", "ChildEntrypoints", "Cluster", "Dashboard", "Interop", "Sandbox", "TestKit", "Transport"], assemblies.Select(static name => name["ActorBrowser.".Length..]).Order(StringComparer.Ordinal));
    }

    [FactNeeds("gcc", "libc6-dev", "zlib1g-dev", BuildsNative = true)]
    public async Task Packing_again_gives_the_same_bytes()
    {
        await packed.PackedAsync();
        var again = Path.Combine(packed.Folder, "again");
        await packed.PackAsync(again);
        await AssertSameAsync(again, static _ => true);
        if (!PackedFolder.All)
            return;
        // From other folders, compiled anew. A native program has another address each time it is linked.
        var copy = Directory.CreateDirectory(Path.Combine(packed.Folder, "copy")).FullName;
        await Programs.OfTheTests.RunAsync("sh", PackedFolder.Repository(), "-c", $"git ls-files -z -c -o --exclude-standard | xargs -0 cp --parents -t '{copy}'");
        var elsewhere = Path.Combine(packed.Folder, "elsewhere");
        await packed.PackAsync(elsewhere, copy);
        await AssertSameAsync(elsewhere, file => !file.Contains(packed.Rid, StringComparison.Ordinal));
    }

    private async Task AssertSameAsync(string again, Func<string, bool> isCompared)
    {
        var files = Directory.GetFiles(packed.Packages).Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(files, Directory.GetFiles(again).Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        foreach (var file in files.Where(isCompared))
        {
            var (first, second) = (await File.ReadAllBytesAsync(Path.Combine(packed.Packages, file)), await File.ReadAllBytesAsync(Path.Combine(again, file)));
            Assert.True(first.AsSpan().SequenceEqual(second), $"{file} has other bytes.");
        }
    }

    private static void AssertSources(byte[] pdb)
    {
        var embedded = new Guid("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(pdb));
        var reader = provider.GetMetadataReader();
        var withSource = reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation)
            .Where(information => reader.GetGuid(information.Kind) == embedded).Select(static information => information.Parent).ToHashSet();
        Assert.NotEmpty(reader.Documents);
        Assert.All(reader.Documents, document =>
        {
            Assert.StartsWith("/_/", reader.GetString(reader.GetDocument(document).Name), StringComparison.Ordinal);
            Assert.Contains(document, withSource);
        });
    }

    private ZipArchive Open(string id, string extension = "nupkg") => ZipFile.OpenRead(Path.Combine(packed.Packages, $"{id}.{packed.Version}.{extension}"));

    private static string Text(ZipArchive package, string entry) => Encoding.UTF8.GetString(Bytes(package.GetEntry(entry)!)).TrimStart('\uFEFF');

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
