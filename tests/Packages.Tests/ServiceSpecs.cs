using System.Text.RegularExpressions;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.PackageTests;

/// <summary>The template of a service, in every way that it can be published.</summary>
[Collection("packages")]
public sealed partial class ServiceSpecs(PackedFolder packed)
{
    [FactNeeds("gcc", "libc6-dev", "zlib1g-dev", BuildsNative = true)]
    public async Task A_service_from_the_template_builds_without_a_warning_and_reads_pages_on_the_JIT_trimmed_and_native()
    {
        var place = await CreateAsync();
        await packed.Programs.RunAsync("dotnet", place, "build", "-o", "built", "-warnaserror");
        await AssertServesAsync(Path.Combine(place, "built"), "Native");

        await PublishAsync(place, "trimmed", "--self-contained", "-p:PublishTrimmed=true");
        Assert.True(File.Exists(Path.Combine(place, "trimmed", "libcoreclr.so")), "The runtime is not published.");
        await AssertServesAsync(Path.Combine(place, "trimmed"), "Native");

        await PublishAsync(place, "native", PackedFolder.Native);
        Assert.False(File.Exists(Path.Combine(place, "native", "Reader.dll")), "It was not compiled.");
        await AssertServesAsync(Path.Combine(place, "native"), "Native");

        if (!PackedFolder.All)
            return;
        // Without the image every child is the published program itself.
        foreach (var kind in (string[])["trimmed", "native"])
        {
            File.Delete(Path.Combine(place, kind, "actorbrowser-child"));
            await AssertServesAsync(Path.Combine(place, kind), kind == "native" ? "Native" : "Jit");
        }
        await PublishAsync(place, "self-contained", "--self-contained");
        await AssertServesAsync(Path.Combine(place, "self-contained"), "Native");
        await PublishAsync(place, "single-file", "--self-contained", "-p:PublishSingleFile=true");
        await AssertServesAsync(Path.Combine(place, "single-file"), "Native");
        await PublishAsync(place, "ready", "--self-contained", "false", "-p:PublishReadyToRun=true");
        await AssertServesAsync(Path.Combine(place, "ready"), "Native");
    }

    private async Task<string> CreateAsync()
    {
        var place = await packed.CreatePlaceAsync();
        await packed.Programs.RunAsync("dotnet", place, "new", "install", $"ActorBrowser.Templates@{packed.Version}", "--add-source", packed.Packages, "--force");
        await packed.Programs.RunAsync("dotnet", place, "new", "actorbrowser-service", "-n", "Reader", "-o", ".");
        return place;
    }

    private Task PublishAsync(string place, string kind, params string[] options) =>
        packed.Programs.RunAsync("dotnet", place, ["publish", "-r", packed.Rid, "-o", kind, "-warnaserror", .. options]);

    private async Task AssertServesAsync(string folder, string image)
    {
        await using var site = await Site.StartAsync(static async context =>
        {
            context.Response.ContentType = "text/html";
            await context.Response.Body.WriteAsync("<title>A title</title><p>One <b>paragraph</b>.</p>"u8.ToArray());
        });
        using var process = packed.Programs.Start(Path.Combine(folder, "Reader"), folder, "--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default=Information");
        var error = process.StandardError.ReadToEndAsync();
        var said = new List<string>();
        Match listening;
        do
        {
            said.Add(await process.StandardOutput.ReadLineAsync().Soon() ?? throw new InvalidOperationException($"{folder}: {string.Join('\n', said)}{await error}"));
            listening = Listening().Match(said[^1]);
        }
        while (!listening.Success);
        var rest = process.StandardOutput.ReadToEndAsync();

        using var http = new HttpClient { BaseAddress = new Uri(listening.Groups[1].Value), Timeout = TimeSpan.FromMinutes(1) };
        Assert.Equal("A title\n\nOne paragraph.", (await http.GetStringAsync($"/page?url={Uri.EscapeDataString(site.Root + "/")}")).Trim());
        Assert.Equal("Healthy", await http.GetStringAsync("/health"));
        Assert.Equal(System.Net.HttpStatusCode.BadGateway, (await http.GetAsync("/page?url=http%3A%2F%2F127.0.0.1%3A1%2F")).StatusCode);
        var children = ProcessTable.ChildrenOf(process.Id);
        Assert.NotEmpty(children);
        Assert.All(children, child => Assert.EndsWith(image == "Native" && File.Exists(Path.Combine(folder, "Reader.dll")) ? "actorbrowser-child" : "", new FileInfo($"/proc/{child}/exe").LinkTarget!, StringComparison.Ordinal));

        await Signals.SendAsync(process.Id, "TERM");
        await process.WaitForExitAsync().Soon();
        Assert.True(process.ExitCode == 0 && (await error).Length == 0, $"{folder} ended with {process.ExitCode}: {await rest}{await error}");
        Assert.All(children, static child => Assert.False(ProcessTable.Exists(child)));
    }

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}
