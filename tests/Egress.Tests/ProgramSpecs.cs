using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ActorBrowser.EgressTests;

/// <summary>The programs that a command fetches with, each against a real server on loopback that it knows by a granted name.</summary>
public sealed class ProgramSpecs : EgressSpecs, IDisposable
{
    private readonly string _folder = Directory.CreateDirectory($"/var/tmp/ab-egress-{Guid.NewGuid():n}").FullName;

    private string In(string name) => Path.Combine(_folder, name);

    // Static files under the folder's "site".
    private Task<Site> FilesAsync(X509Certificate2? certificate = null) => Site.StartAsync(async context =>
    {
        var path = In("site" + context.Request.Path.Value!.TrimEnd('/'));
        if (Directory.Exists(path))
            path = Path.Combine(path, "index");
        if (File.Exists(path))
            await context.Response.SendFileAsync(path);
        else
            context.Response.StatusCode = 404;
    }, certificate: certificate);

    private Task<CommandSnapshot> RunInAsync(string line, params string[] rules) => RunAsync(Networked(line, rules) with { Folder = _folder });

    private async Task<string> OutputInAsync(string line, params string[] rules)
    {
        var run = await RunInAsync(line, rules);
        Assert.True(run.Exit!.ExitCode == 0, $"{run.Output}\n{run.Error}\n{run.Exit.Blocked}");
        return run.Output.ToString();
    }

    [FactNeeds("wget")]
    public async Task Wget_fetches()
    {
        Write("site/a.txt", "content");
        await using var site = await FilesAsync();
        Names.Set("files.example", ["127.0.0.1"]);
        Assert.Equal("content", await OutputInAsync($"wget -q -O - http://files.example:{site.Port}/a.txt", $"files.example:{site.Port} private"));
        var refused = await RunInAsync($"wget -T 10 -t 1 -O - http://files.example:{site.Port}/a.txt");
        Assert.Equal(8, refused.Exit!.ExitCode);
        Assert.Contains("403", refused.Error.ToString(), StringComparison.Ordinal);
    }

    [FactNeeds("git")]
    public async Task Git_clones_over_https()
    {
        await MakeRepositoryAsync(In("site/project.git"));
        using var certificate = CertificateFor("git.example");
        Write("ca.pem", certificate.ExportCertificatePem());
        await using var site = await FilesAsync(certificate);
        Names.Set("git.example", ["127.0.0.1"]);
        Assert.Equal("hello\n", await OutputInAsync(
            $"export GIT_SSL_CAINFO={In("ca.pem")}; git clone -q https://git.example:{site.Port}/project.git got && cat got/a", $"git.example:{site.Port} private"));
        var refused = await RunInAsync($"git clone -q https://git.example:{site.Port}/project.git again", $"git.example:{site.Port + 1}");
        Assert.NotEqual(0, refused.Exit!.ExitCode);
        Assert.Contains("No rule grants git.example", refused.Exit.Blocked, StringComparison.Ordinal);
    }

    [FactNeeds("git", "openssh-server", "openssh-client")]
    public async Task Git_clones_over_ssh_which_knows_no_proxy()
    {
        await MakeRepositoryAsync(In("project.git"));
        var port = await StartSshAsync();
        Names.Set("git.example", ["127.0.0.1"]);
        var line = $"export GIT_SSH_COMMAND='ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile={In("known")} -i {In("key")}'; "
            + $"git clone -q ssh://{Environment.UserName}@git.example:{port}/{In("project.git")} got && cat got/a";
        Assert.Equal("hello\n", await OutputInAsync(line, $"git.example:{port} private"));
        var refused = await RunInAsync(line.Replace(" got", " again", StringComparison.Ordinal), $"other.example:{port} private");
        Assert.NotEqual(0, refused.Exit!.ExitCode);
        Assert.Contains("No rule grants git.example", refused.Exit.Blocked, StringComparison.Ordinal);
    }

    [FactNeeds("python3-pip")]
    public async Task Pip_installs_from_an_index()
    {
        var wheel = Zip(("tiny/__init__.py", "answer = 42\n"),
            ("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"),
            ("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
            ("tiny-1.0.dist-info/RECORD", ""));
        Write("site/simple/tiny/tiny-1.0-py3-none-any.whl", wheel);
        await using var site = await Site.StartAsync(async context =>
        {
            if (context.Request.Path.Value!.TrimEnd('/') == "/simple/tiny")
            {
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync("<html><body><a href=\"tiny-1.0-py3-none-any.whl\">tiny-1.0-py3-none-any.whl</a></body></html>");
            }
            else
            {
                await context.Response.Body.WriteAsync(wheel);
            }
        });
        Names.Set("index.example", ["127.0.0.1"]);
        Assert.EndsWith("42\n", await OutputInAsync(
            $"/usr/bin/python3 -m pip install -q --no-cache-dir --isolated --disable-pip-version-check --index-url http://index.example:{site.Port}/simple --trusted-host index.example --target out tiny && cd out && /usr/bin/python3 -c 'import tiny; print(tiny.answer)'",
            $"index.example:{site.Port} private"), StringComparison.Ordinal);
    }

    [FactNeeds("npm")]
    public async Task Npm_installs_from_a_registry()
    {
        Write("package/package.json", """{"name":"tiny","version":"1.0.0","main":"index.js"}""");
        Write("package/index.js", "module.exports = 42;\n");
        await ShellAsync("tar -czf tiny.tgz package && mkdir project && echo '{}' > project/package.json");
        var tarball = await File.ReadAllBytesAsync(In("tiny.tgz"));
        var hash = Convert.ToBase64String(SHA512.HashData(tarball));
        await using var site = await Site.StartAsync(async context =>
        {
            if (context.Request.Path == "/tiny")
            {
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync(
                    $$"""{"name":"tiny","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":{"name":"tiny","version":"1.0.0","main":"index.js","dist":{"tarball":"http://npm.example:{{context.Request.Host.Port}}/tiny.tgz","integrity":"sha512-{{hash}}"} } } }""");
            }
            else
            {
                await context.Response.Body.WriteAsync(tarball);
            }
        });
        Names.Set("npm.example", ["127.0.0.1"]);
        Assert.EndsWith("42\n", await OutputInAsync(
            $"cd project && export npm_config_cache=$TMPDIR/npm && npm install --silent --no-audit --no-fund --registry http://npm.example:{site.Port}/ tiny && node -p \"require('tiny')\"", $"npm.example:{site.Port} private"), StringComparison.Ordinal);
    }

    [FactNeeds("cargo")]
    public async Task Cargo_fetches_a_crate()
    {
        Write("tiny-1.0.0/Cargo.toml", "[package]\nname = \"tiny\"\nversion = \"1.0.0\"\nedition = \"2021\"\n");
        Write("tiny-1.0.0/src/lib.rs", "");
        await ShellAsync("tar -czf tiny.crate tiny-1.0.0 && mkdir -p project/src project/.cargo && touch project/src/lib.rs");
        var crate = await File.ReadAllBytesAsync(In("tiny.crate"));
        await using var site = await Site.StartAsync(async context =>
        {
            switch (context.Request.Path.Value)
            {
                case "/config.json":
                    await context.Response.WriteAsync($$"""{"dl":"http://crates.example:{{context.Request.Host.Port}}/crates"}""");
                    break;
                case "/ti/ny/tiny":
                    await context.Response.WriteAsync($$"""{"name":"tiny","vers":"1.0.0","deps":[],"cksum":"{{Convert.ToHexStringLower(SHA256.HashData(crate))}}","features":{},"yanked":false}""");
                    break;
                default:
                    await context.Response.Body.WriteAsync(crate);
                    break;
            }
        });
        Write("project/Cargo.toml", "[package]\nname = \"project\"\nversion = \"1.0.0\"\nedition = \"2021\"\n[dependencies]\ntiny = { version = \"1\", registry = \"local\" }\n");
        Write("project/.cargo/config.toml", $"[registries.local]\nindex = \"sparse+http://crates.example:{site.Port}/\"\n");
        Names.Set("crates.example", ["127.0.0.1"]);
        await OutputInAsync($"cd project && export CARGO_HOME=$HOME/cargo && cargo fetch -q && ls $CARGO_HOME/registry/src/*/tiny-1.0.0/Cargo.toml", $"crates.example:{site.Port} private");
    }

    [Fact]
    public async Task Dotnet_restores_from_a_feed()
    {
        var package = Zip(("Tiny.nuspec", """<?xml version="1.0"?><package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata><id>Tiny</id><version>1.0.0</version><authors>a</authors><description>d</description></metadata></package>"""),
            ("lib/netstandard2.0/_._", ""));
        await using var site = await Site.StartAsync(async context =>
        {
            var root = $"http://feed.example:{context.Request.Host.Port}";
            switch (context.Request.Path.Value)
            {
                case "/index.json":
                    await context.Response.WriteAsync($$"""{"version":"3.0.0","resources":[{"@id":"{{root}}/flat/","@type":"PackageBaseAddress/3.0.0"}]}""");
                    break;
                case "/flat/tiny/index.json":
                    await context.Response.WriteAsync("""{"versions":["1.0.0"]}""");
                    break;
                default:
                    await context.Response.Body.WriteAsync(package);
                    break;
            }
        });
        Write("project/project.csproj", """<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>netstandard2.0</TargetFramework><DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences><DisableImplicitNuGetFallbackFolder>true</DisableImplicitNuGetFallbackFolder><AutoReferenceReferenceAssemblies>false</AutoReferenceReferenceAssemblies></PropertyGroup><ItemGroup><PackageReference Include="Tiny" Version="1.0.0" /></ItemGroup></Project>""");
        Write("project/nuget.config", $"""<configuration><packageSources><clear /><add key="local" value="http://feed.example:{site.Port}/index.json" allowInsecureConnections="true" /></packageSources></configuration>""");
        Names.Set("feed.example", ["127.0.0.1"]);
        await OutputInAsync(
            "cd project && export DOTNET_CLI_HOME=$HOME NUGET_PACKAGES=$HOME/packages DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 && dotnet restore -nodeReuse:false -p:NuGetAudit=false && ls $HOME/packages/tiny/1.0.0",
            $"feed.example:{site.Port} private");
    }

    [FactNeeds("dpkg")]
    public async Task Apt_updates_and_downloads()
    {
        Write("deb/DEBIAN/control", "Package: tiny\nVersion: 1.0\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: d\n");
        await ShellAsync("mkdir -p site lists/partial archives/partial etc/preferences.d && chmod 755 deb/DEBIAN && dpkg-deb --build deb site/tiny.deb >/dev/null");
        var deb = await File.ReadAllBytesAsync(In("site/tiny.deb"));
        Write("site/Packages", string.Create(CultureInfo.InvariantCulture,
            $"Package: tiny\nVersion: 1.0\nArchitecture: all\nMaintainer: A <a@example.org>\nFilename: ./tiny.deb\nSize: {deb.Length}\nSHA256: {Convert.ToHexStringLower(SHA256.HashData(deb))}\nDescription: d\n"));
        await using var site = await FilesAsync();
        Write("sources.list", $"deb [trusted=yes] http://apt.example:{site.Port}/ ./\n");
        Write("status", "");
        Names.Set("apt.example", ["127.0.0.1"]);
        var options = $"-o Dir::Etc::sourcelist={In("sources.list")} -o Dir::Etc::sourceparts=/nothing -o Dir::Etc::parts=/nothing -o Dir::State={_folder} -o Dir::State::status={In("status")} -o Dir::State::lists={In("lists")} -o Dir::Cache={_folder} -o Dir::Cache::archives={In("archives")} -o APT::Sandbox::User=";
        await OutputInAsync($"apt-get {options} -q update && apt-get {options} -q download tiny && ls tiny_1.0_all.deb", $"apt.example:{site.Port} private");
    }

    void IDisposable.Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private readonly List<Process> _processes = [];

    private void Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    private void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        File.WriteAllBytes(In(name), content);
    }

    private Task MakeRepositoryAsync(string path) => ShellAsync(
        $"git init -q work && cd work && echo hello > a && git add a && git -c user.name=a -c user.email=a@example.org commit -q -m a && git clone -q --bare . {path} && cd {path} && git update-server-info");

    private async Task ShellAsync(string line)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", line]) { WorkingDirectory = _folder, RedirectStandardError = true })!;
        var error = await shell.StandardError.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.True(shell.ExitCode == 0, error);
    }

    private async Task<int> StartSshAsync()
    {
        await ShellAsync("ssh-keygen -q -t ed25519 -N '' -f host && ssh-keygen -q -t ed25519 -N '' -f key && cp key.pub authorized");
        if (Environment.IsPrivilegedProcess)
            Directory.CreateDirectory("/run/sshd");
        var port = FreePort();
        Write("sshd_config", $"ListenAddress 127.0.0.1\nPort {port}\nHostKey {In("host")}\nAuthorizedKeysFile {In("authorized")}\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPidFile none\nPermitRootLogin yes\nLogLevel VERBOSE\n");
        var server = Process.Start(new ProcessStartInfo("/usr/sbin/sshd", ["-D", "-e", "-f", In("sshd_config")]) { RedirectStandardError = true })!;
        _processes.Add(server);
        var listens = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new StringBuilder();
        server.ErrorDataReceived += (_, line) =>
        {
            said.AppendLine(line.Data);
            if (line.Data is null)
                listens.TrySetException(new InvalidOperationException($"sshd did not start: {said}"));
            else if (line.Data.Contains("listening", StringComparison.Ordinal))
                listens.TrySetResult();
        };
        server.BeginErrorReadLine();
        await listens.Task.WaitAsync(Deadline.Long);
        return port;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    internal static byte[] Zip(params (string Name, string Content)[] files)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create))
        {
            foreach (var (name, content) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(content));
            }
        }
        return memory.ToArray();
    }

    internal static X509Certificate2 CertificateFor(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
