using System.Collections;
using System.IO.Pipes;
using System.Security.Principal;
using ActorBrowser.Interop;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace ActorBrowser.WindowsTests;

/// <summary>Every verb of actorbrowser.exe, with the words and exit codes that it has on Linux.</summary>
public sealed class VerbSpecs
{
    [Fact]
    public async Task Version_is_said()
    {
        var run = await CliRun.Of("--version");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("actorbrowser 0.", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("renderer")]
    [InlineData("network")]
    [InlineData("image-decoder")]
    public async Task A_child_of_each_role_answers_pings(string role)
    {
        var run = await CliRun.Of("ping", role, "-n", "5");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("5 round trips", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_is_fetched_with_its_bytes()
    {
        using var server = new PageServer();
        var run = await CliRun.Of("fetch", server.Url);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains(PageServer.Title, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_is_browsed_and_its_text_is_utf_8()
    {
        using var server = new PageServer();
        var run = await CliRun.Of("browse", server.Url);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains(PageServer.Title, run.Output, StringComparison.Ordinal);
        Assert.Contains("naïve → link", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tabs_are_drawn_as_a_table()
    {
        using var server = new PageServer();
        var run = await CliRun.Of("tabs", server.Url, server.Url);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(2, run.Output.Split("loaded").Length - 1);
        Assert.Contains("╭", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData((256 << 10) - 1)]
    [InlineData((256 << 10) + 1)]
    [InlineData(2 << 20)]
    public async Task A_long_page_reaches_its_renderer_in_shared_memory(int padding)
    {
        using var server = new PageServer(padding);
        var run = await CliRun.Of("browse", server.Url);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("naïve → link", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(255, 257)]
    [InlineData(1024, 1024)]
    public async Task A_picture_that_needs_no_library_is_decoded(int width, int height)
    {
        var run = await DecodeAsync(Bitmap(width, height), "bmp");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("bmp", run.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"{width}", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("png", "PNG", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")]
    [InlineData("jpg", "JPEG", "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////")]
    [InlineData("webp", "WebP", "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")]
    public async Task A_picture_that_needs_a_library_is_refused_with_one_sentence_that_names_no_package_of_linux(string extension, string format, string file)
    {
        var run = await DecodeAsync(Convert.FromBase64String(file), extension);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"{format} images are not decoded on Windows, which has none of the libraries for them; GIF, BMP and ICO are.", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Debian", run.Error + run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_says_which_pictures_are_decoded()
    {
        var run = await CliRun.Of("doctor");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("PNG, JPEG and WebP are not", string.Join(' ', run.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private static async Task<CliRun> DecodeAsync(byte[] content, string extension)
    {
        var file = Path.Combine(Path.GetTempPath(), $"actorbrowser-{Guid.NewGuid():n}.{extension}");
        await File.WriteAllBytesAsync(file, content);
        try
        {
            return await CliRun.Of("decode", file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    // 24 bits for each pixel, rows of whole words.
    private static byte[] Bitmap(int width, int height)
    {
        const int headers = 54;
        var row = ((width * 3) + 3) & ~3;
        var file = new byte[headers + (row * height)];
        "BM"u8.CopyTo(file);
        foreach (var (at, value) in new[] { (2, file.Length), (10, headers), (14, 40), (18, width), (22, height), (26, 1 | (24 << 16)) })
            BitConverter.TryWriteBytes(file.AsSpan(at), value);
        return file;
    }

    [Fact]
    public async Task Crashes_are_listed()
    {
        var run = await CliRun.Of("crashes");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Doctor_names_the_layers_of_windows_and_none_of_linux()
    {
        var run = await CliRun.Of("doctor", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        foreach (var layer in (string[])["job", "job-limits", "mitigations", "app-container", "restricted-token", "user-interface", "win32k-lockdown"])
            Assert.Contains($"\"layer\": \"{layer}\"", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\"layer\": \"files\"", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\"installed\": true", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attempts_of_linux_are_refused()
    {
        var run = await CliRun.Of("doctor", "--probe", "all");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("system calls of Linux", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_required_layer_that_is_hidden_refuses_every_child_and_doctor_says_which()
    {
        var run = await CliRun.Of("doctor", "--json", "--without", "job");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("requires a layer of confinement that is not available", run.Output, StringComparison.Ordinal);
        Assert.Contains("job is missing: switched off by configuration", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_is_refused_as_not_available()
    {
        var run = await CliRun.Of("serve");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("serve needs Linux", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_that_its_reader_has_left_ends_with_141()
    {
        var name = $"actorbrowser-spec-{Guid.NewGuid():n}";
        using var server = new NamedPipeServerStream(name, PipeDirection.In);
        using var client = new NamedPipeClientStream(".", name, PipeDirection.Out, PipeOptions.None, TokenImpersonationLevel.None, HandleInheritability.Inheritable);
        await client.ConnectAsync(5000);
        await server.WaitForConnectionAsync();
        server.Disconnect();
        using var job = WindowsJob.Create(default, hasUserInterface: true);
        using var output = new SafeFileHandle(client.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        List<string> variables = [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(static one => $"{one.Key}={one.Value}")];
        using var process = WindowsProcess.Start(new WindowsStart(CliRun.Program, WindowsCommandLine.Of(CliRun.Program, ["exec", "--", Launching.Program, Helper.Argument, "arguments", "x"]), variables, job) { Output = output });
        await WindowsWait.ForAsync(process.Handle).WaitAsync(Launching.Patience);
        Assert.Equal(141, process.ExitCode());
    }

    [Fact]
    public async Task The_demo_keeps_all_it_claims()
    {
        var run = await CliRun.Of("demo");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.EndsWith("All as claimed.", run.Output.TrimEnd(), StringComparison.Ordinal);
    }
}
